package io.larder.origin.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.larder.content.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As much of S3 as [S3Origin] uses, with versions, keys that no file system could hold, and faults
/// on request. Checks no signatures. Holds objects in memory.
final class ScriptedS3 implements AutoCloseable {
  static final String BUCKET = "scripted";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
  private static final int PAGE = 1000;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentSkipListMap<String, List<Version>> objects =
      new ConcurrentSkipListMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final Deque<HttpHandler> next = new ConcurrentLinkedDeque<>();

  /// Whether the bucket keeps versions; otherwise listing them is not implemented.
  volatile boolean versioned = true;

  /// Whether it tells the SHA-256 of objects.
  volatile boolean checksums;

  /// @param content null for a delete marker
  record Version(String id, byte[] content) {
    String etag() {
      return "\"" + Digest.ofContent(content).hex().substring(0, 32) + "\"";
    }
  }

  ScriptedS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  void put(String key, byte[] content) {
    add(key, new Version("v" + ids.incrementAndGet(), content));
  }

  /// As S3 does: with versions a marker hides the object, else it is gone.
  void remove(String key) {
    if (versioned) {
      add(key, new Version("v" + ids.incrementAndGet(), null));
    } else {
      objects.remove(key);
    }
  }

  /// Removes all versions for good.
  void purge(String key) {
    objects.remove(key);
  }

  private void add(String key, Version version) {
    objects.compute(
        key,
        (_, old) -> {
          List<Version> versions = new ArrayList<>();
          versions.add(version);
          if (old != null && versioned) {
            versions.addAll(old);
          }
          return versions;
        });
  }

  /// Answers the next request of any kind.
  void next(HttpHandler handler) {
    next.add(handler);
  }

  int requests() {
    return requests.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    HttpHandler once = next.poll();
    try (exchange) {
      if (once != null) {
        once.handle(exchange);
      } else {
        answer(exchange);
      }
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String inBucket = path.substring(Math.min(path.length(), BUCKET.length() + 2));
    if (!path.startsWith("/" + BUCKET)) {
      error(exchange, 404, "NoSuchBucket");
    } else if (query.containsKey("versions")) {
      if (versioned) {
        send(exchange, 200, versions(query), Map.of());
      } else {
        error(exchange, 501, "NotImplemented");
      }
    } else if (inBucket.isEmpty()) {
      send(exchange, 200, latest(query), Map.of());
    } else {
      object(exchange, decode(inBucket), query.get("versionId"));
    }
  }

  private byte[] versions(Map<String, String> query) {
    StringBuilder xml = new StringBuilder("<ListVersionsResult><EncodingType>url</EncodingType>");
    int shown = 0;
    String last = null;
    boolean more = false;
    for (Map.Entry<String, List<Version>> object : from(query.get("key-marker"), query)) {
      if (shown >= PAGE) {
        more = true;
        break;
      }
      boolean first = true;
      for (Version version : object.getValue()) {
        String tag = version.content() == null ? "DeleteMarker" : "Version";
        xml.append('<').append(tag).append('>');
        xml.append("<VersionId>").append(version.id()).append("</VersionId>");
        xml.append("<IsLatest>").append(first).append("</IsLatest>");
        entry(xml, object.getKey(), version);
        xml.append("</").append(tag).append('>');
        first = false;
        shown++;
      }
      last = object.getKey();
    }
    xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
    if (more) {
      xml.append("<NextKeyMarker>").append(encode(last)).append("</NextKeyMarker>");
      xml.append("<NextVersionIdMarker>x</NextVersionIdMarker>");
    }
    return xml.append("</ListVersionsResult>").toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] latest(Map<String, String> query) {
    StringBuilder xml = new StringBuilder("<ListBucketResult><EncodingType>url</EncodingType>");
    int shown = 0;
    String last = null;
    boolean more = false;
    for (Map.Entry<String, List<Version>> object : from(query.get("continuation-token"), query)) {
      if (shown++ >= PAGE) {
        more = true;
        break;
      }
      xml.append("<Contents>");
      entry(xml, object.getKey(), object.getValue().getFirst());
      xml.append("</Contents>");
      last = object.getKey();
    }
    xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
    if (more) {
      xml.append("<NextContinuationToken>").append(encode(last)).append("</NextContinuationToken>");
    }
    return xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
  }

  private Iterable<Map.Entry<String, List<Version>>> from(
      String marker, Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    // The SDK gives markers back as it read them: decoded or not, one more decoding does no harm.
    String start = marker == null ? prefix : decode(marker);
    return objects.tailMap(start, marker == null).entrySet().stream()
        .takeWhile(object -> object.getKey().startsWith(prefix))
        .toList();
  }

  private static void entry(StringBuilder xml, String key, Version version) {
    xml.append("<Key>").append(encode(key)).append("</Key>");
    if (version.content() != null) {
      xml.append("<ETag>").append(version.etag().replace("\"", "&quot;")).append("</ETag>");
      xml.append("<Size>").append(version.content().length).append("</Size>");
    }
  }

  private void object(HttpExchange exchange, String key, String id) throws IOException {
    Version version =
        objects.getOrDefault(key, List.of()).stream()
            .filter(v -> id == null || v.id().equals(id))
            .findFirst()
            .orElse(null);
    if (version == null || version.content() == null) {
      error(exchange, 404, id == null ? "NoSuchKey" : "NoSuchVersion");
      return;
    }
    String wanted = exchange.getRequestHeaders().getFirst("If-Match");
    if (wanted != null && !wanted.equals(version.etag())) {
      error(exchange, 412, "PreconditionFailed");
      return;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ETag", version.etag());
    if (versioned) {
      headers.put("x-amz-version-id", version.id());
    }
    byte[] content = version.content();
    if (checksums) {
      headers.put(
          "x-amz-checksum-sha256",
          Base64.getEncoder().encodeToString(Digest.ofContent(content).toByteArray()));
      headers.put("x-amz-checksum-type", "FULL_OBJECT");
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      send(exchange, 200, content, headers);
      return;
    }
    Matcher part = RANGE.matcher(range);
    part.matches();
    int start = Integer.parseInt(part.group(1));
    int end = Integer.parseInt(part.group(2)) + 1;
    headers.put("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + content.length);
    send(exchange, 206, Arrays.copyOfRange(content, start, end), headers);
  }

  static void error(HttpExchange exchange, int status, String code, String... headers)
      throws IOException {
    String xml = "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>";
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    send(exchange, status, xml.getBytes(StandardCharsets.UTF_8), all);
  }

  static void send(HttpExchange exchange, int status, byte[] body, Map<String, String> headers)
      throws IOException {
    headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + body.length);
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      String[] part = pair.split("=", 2);
      parameters.put(decode(part[0]), part.length == 1 ? "" : decode(part[1]));
    }
    return parameters;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
