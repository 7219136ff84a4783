package io.larder.origin.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.larder.content.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A real web server on the loopback interface, with files in memory and faults on request.
final class WebServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, HttpHandler> handlers = new ConcurrentHashMap<>();
  private final Deque<HttpHandler> next = new ConcurrentLinkedDeque<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile boolean ranges = true;
  volatile boolean head = true;
  volatile boolean etags = true;

  record Request(String method, String path, Headers headers) {}

  WebServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Without a slash at the end.
  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  void put(String path, byte[] content) {
    files.put(path, content);
  }

  void remove(String path) {
    files.remove(path);
  }

  /// Answers all requests for a path.
  void handle(String path, HttpHandler handler) {
    handlers.put(path, handler);
  }

  /// Answers the next GET of anything.
  void next(HttpHandler handler) {
    next.add(handler);
  }

  List<Request> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    requests.add(new Request(exchange.getRequestMethod(), path, exchange.getRequestHeaders()));
    HttpHandler once = exchange.getRequestMethod().equals("GET") ? next.poll() : null;
    HttpHandler handler = once != null ? once : handlers.getOrDefault(path, this::serve);
    try (exchange) {
      handler.handle(exchange);
    }
  }

  /// Serves a file as it should be.
  void serve(HttpExchange exchange) throws IOException {
    byte[] content = files.get(exchange.getRequestURI().getRawPath());
    if (content == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    if (exchange.getRequestMethod().equals("HEAD") && !head) {
      exchange.sendResponseHeaders(405, -1);
      return;
    }
    Headers answer = exchange.getResponseHeaders();
    String etag = etag(content);
    if (etags) {
      answer.set("ETag", etag);
      String wanted = exchange.getRequestHeaders().getFirst("If-Match");
      if (wanted != null && !wanted.equals(etag)) {
        exchange.sendResponseHeaders(412, -1);
        return;
      }
    } else {
      // Seconds that follow from the content, so that other content has another time.
      answer.set(
          "Last-Modified",
          "Sat, 01 Jan 2022 00:%02d:%02d GMT"
              .formatted(
                  Math.floorMod(etag.hashCode(), 60), Math.floorMod(etag.hashCode() >> 8, 60)));
    }
    if (ranges) {
      answer.set("Accept-Ranges", "bytes");
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      answer.set("Content-Length", "" + content.length);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (ranges && range != null) {
      Matcher part = RANGE.matcher(range);
      part.matches();
      int from = Integer.parseInt(part.group(1));
      int to = (int) Math.min(content.length - 1, Long.parseLong(part.group(2)));
      if (from >= content.length) {
        answer.set("Content-Range", "bytes */" + content.length);
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      answer.set("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
      send(exchange, 206, Arrays.copyOfRange(content, from, to + 1));
    } else {
      send(exchange, 200, content);
    }
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  static String etag(byte[] content) {
    return "\"" + Digest.ofContent(content).hex().substring(0, 16) + "\"";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
