package io.larder.ops;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// The HTTP port: `/metrics`, `/healthz` and `/readyz`, for GET and HEAD. Thread-safe. Whoever
/// started it closes it.
public final class OpsServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OpsServer.class);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(2);
  private static final int MOST_THREADS = 32;
  private static final int LEAST_THREADS = 4;
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Server server;
  private final ServerConnector connector;

  private OpsServer(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /// Listens from now on.
  ///
  /// @param listen port 0 lets the system choose
  /// @throws LarderException UNAVAILABLE when the port cannot be bound
  public static OpsServer start(InetSocketAddress listen, Metrics metrics, Readiness readiness) {
    QueuedThreadPool threads =
        new QueuedThreadPool(MOST_THREADS, LEAST_THREADS, (int) IDLE.toMillis());
    threads.setName("larder-http");
    threads.setDaemon(true);
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // One acceptor and one selector: a few scrapes per minute.
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(listen.getHostString());
    connector.setPort(listen.getPort());
    connector.setIdleTimeout(IDLE.toMillis());
    server.addConnector(connector);
    server.setStopTimeout(STOP.toMillis());
    server.setHandler(new Pages(metrics, readiness));
    ErrorHandler errors = new ErrorHandler();
    errors.setShowStacks(false);
    errors.setShowCauses(false);
    server.setErrorHandler(errors);
    OpsServer ops = new OpsServer(server, connector);
    try {
      server.start();
    } catch (Exception e) {
      ops.close();
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          "http.listen: cannot listen on "
              + listen.getHostString()
              + ":"
              + listen.getPort()
              + " ("
              + e.getMessage()
              + "); choose another address or stop what uses it",
          e);
    }
    return ops;
  }

  /// The port that was bound.
  public int port() {
    return connector.getLocalPort();
  }

  /// Lets running answers finish, for two seconds at the most.
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      log.warn("stopping the HTTP port failed", e);
    }
  }

  private static final class Pages extends Handler.Abstract {
    private final Metrics metrics;
    private final Readiness readiness;
    private final JsonMapper json = new JsonMapper();

    Pages(Metrics metrics, Readiness readiness) {
      this.metrics = metrics;
      this.readiness = readiness;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      String method = request.getMethod();
      if (!HttpMethod.GET.is(method) && !HttpMethod.HEAD.is(method)) {
        response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
        answer(response, callback, 405, "only GET and HEAD are answered here");
        return true;
      }
      switch (Request.getPathInContext(request)) {
        case "/metrics" -> send(response, callback, 200, TEXT, metrics.scrape(TEXT));
        case "/healthz" -> answer(response, callback, 200, Map.of("status", "alive"));
        case "/readyz" -> ready(response, callback);
        default ->
            answer(
                response, callback, 404, "no such page; there are /metrics, /healthz and /readyz");
      }
      return true;
    }

    private void ready(Response response, Callback callback) {
      List<Readiness.Check> checks = readiness.checks();
      boolean ready = checks.stream().allMatch(Readiness.Check::ready);
      answer(
          response, callback, ready ? 200 : 503, new Ready(ready ? "ready" : "not ready", checks));
    }

    private void answer(Response response, Callback callback, int status, String error) {
      answer(response, callback, status, Map.of("error", error));
    }

    private void answer(Response response, Callback callback, int status, Object body) {
      send(response, callback, status, JSON, json.writeValueAsString(body) + "\n");
    }

    private static void send(
        Response response, Callback callback, int status, String type, String body) {
      response.setStatus(status);
      response.getHeaders().put(new HttpField(HttpHeader.CONTENT_TYPE, type));
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
      Content.Sink.write(response, true, body, callback);
    }
  }

  /// The answer of `/readyz`.
  record Ready(String status, List<Readiness.Check> checks) {}
}
