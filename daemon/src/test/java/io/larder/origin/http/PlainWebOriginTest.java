package io.larder.origin.http;

import io.larder.content.Source;
import io.larder.origin.Origin;
import io.larder.origin.OriginContract;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// [HttpOrigin] against a server of the simplest kind: no HEAD, no ranges, no ETags.
class PlainWebOriginTest extends OriginContract {
  private WebServer server;
  private final List<HttpOrigin> origins = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new WebServer();
    server.head = false;
    server.ranges = false;
    server.etags = false;
  }

  @AfterEach
  void stop() {
    origins.forEach(HttpOrigin::close);
    server.close();
  }

  @Override
  protected Origin fresh() {
    HttpOrigin origin = new HttpOrigin(HttpOptions.defaults());
    origins.add(origin);
    return origin;
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    server.put("/" + name, content);
    return Source.parse(server.url() + "/" + name);
  }

  @Override
  protected void removeFile(String name) {
    server.remove("/" + name);
  }
}
