package io.larder.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpsServerTest {
  private final Metrics metrics = new Metrics();
  private final AtomicReference<Optional<String>> obstacle =
      new AtomicReference<>(Optional.empty());
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private OpsServer server;

  @BeforeEach
  void start() {
    Readiness readiness =
        Readiness.of(
            List.of(
                new Readiness.Probe("store", Optional::empty),
                new Readiness.Probe("socket", obstacle::get)));
    server = OpsServer.start(new InetSocketAddress("127.0.0.1", 0), metrics, readiness);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    metrics.close();
  }

  @Test
  void metricsAreInThePrometheusFormat() throws Exception {
    metrics.fromPeer(42);

    HttpResponse<String> response = get("/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(response.body())
        .contains("# TYPE larder_peer_verified_bytes_total counter")
        .contains("\nlarder_peer_verified_bytes_total 42.0\n")
        .endsWith("\n");
  }

  @Test
  void aliveIsAliveAlsoWhenNotReady() throws Exception {
    obstacle.set(Optional.of("not yet"));

    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void readyNamesWhatIsNot() throws Exception {
    HttpResponse<String> ready = get("/readyz");
    obstacle.set(Optional.of("the socket's folder is gone"));
    HttpResponse<String> unready = get("/readyz");
    obstacle.set(Optional.empty());

    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(unready.statusCode()).isEqualTo(503);
    assertThat(unready.headers().firstValue("content-type")).contains("application/json");
    JsonNode body = new JsonMapper().readTree(unready.body());
    assertThat(body.get("status").asString()).isEqualTo("not ready");
    assertThat(body.get("checks").get(0).get("ready").asBoolean()).isTrue();
    assertThat(body.get("checks").get(1).get("name").asString()).isEqualTo("socket");
    assertThat(body.get("checks").get(1).get("reason").asString())
        .isEqualTo("the socket's folder is gone");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void aCheckThatThrowsIsNotReady() {
    Readiness readiness =
        Readiness.of(
            List.of(
                new Readiness.Probe(
                    "broken",
                    () -> {
                      throw new IllegalStateException("oops");
                    })));

    assertThat(readiness.checks())
        .containsExactly(new Readiness.Check("broken", false, "the check itself failed: oops"));
  }

  @Test
  void everythingElseIsRefusedWithoutTellingAboutTheServer() throws Exception {
    HttpResponse<String> missing = get("/etc/passwd");
    HttpResponse<String> post =
        client.send(
            request("/healthz").POST(BodyPublishers.ofString("x")).build(),
            BodyHandlers.ofString());

    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).contains("/metrics, /healthz and /readyz");
    assertThat(missing.headers().firstValue("server")).isEmpty();
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @Test
  void headHasNoBody() throws Exception {
    HttpResponse<String> response =
        client.send(request("/metrics").HEAD().build(), BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void aPortInUseIsNamed() {
    InetSocketAddress taken = new InetSocketAddress("127.0.0.1", server.port());

    assertThatThrownBy(() -> OpsServer.start(taken, metrics, List::of))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
        .hasMessageContaining("http.listen")
        .hasMessageContaining(":" + server.port());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(10));
  }
}
