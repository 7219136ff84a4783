package io.larder.origin.http;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.Revision;
import io.larder.content.SafePath;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.Listings;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `https://host/path/file` and `http://…`: one file on a web server, pinned by its ETag or the
/// time of its last change. A server that cannot serve ranges is read by one stream. Thread-safe;
/// closing it cuts all its streams.
public final class HttpOrigin implements Origin, AutoCloseable {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

  /// A HEAD that fails with one of these may be unwanted as such.
  private static final Set<Integer> NO_HEAD = Set.of(400, 403, 404, 405, 501);

  /// Names of query parameters that carry a secret, which must not become part of a source.
  private static final Set<String> SECRET =
      Set.of(
          "x-amz-signature",
          "x-amz-security-token",
          "x-goog-signature",
          "signature",
          "sig",
          "token",
          "access_token",
          "api_key",
          "apikey",
          "password");

  private final HttpOptions options;
  private final Calls calls;
  private final Listings listings = new Listings();

  public HttpOrigin(HttpOptions options) {
    this.options = options;
    this.calls = new Calls(options);
  }

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return listings.remember(list(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return listings.recall(revision, () -> list(revision.source(), deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    if (range.length() == 0) {
      return OriginStream.empty();
    }
    URI uri = URI.create(file.origin().location());
    HttpPin pin = new HttpPin(file.origin().validator());
    Map<String, String> headers = new HashMap<>(pin.precondition());
    boolean ranged = file.origin().access() == OriginRef.Access.RANGES;
    if (ranged) {
      headers.put("Range", "bytes=" + range.offset() + "-" + (range.end() - 1));
    }
    Calls.Reply reply = calls.send("GET", uri, headers, deadline);
    try {
      if (reply.status() != 200 && reply.status() != 206) {
        throw Statuses.failure(uri, reply, true);
      }
      if (!pin.holds(reply.headers())) {
        throw Statuses.changed(uri, "its ETag or Last-Modified is another");
      }
      refuseEncoded(uri, reply);
      checkRange(uri, reply, file, range);
    } catch (RuntimeException e) {
      reply.close();
      throw e;
    }
    return new HttpOriginStream(uri.toString(), reply.body(), range.length(), options.stallTime());
  }

  private static void checkRange(URI uri, Calls.Reply reply, FileEntry file, ByteRange range) {
    if (reply.status() == 200) {
      if (range.length() != file.size()) {
        // Seen where some of the machines behind one name are configured differently.
        throw new LarderException(
            ErrorKind.UNAVAILABLE, uri + ": a part was asked for, and all of it was sent");
      }
      if (length(reply) >= 0 && length(reply) != file.size()) {
        throw Statuses.changed(uri, "its length is another");
      }
      return;
    }
    Matcher sent = CONTENT_RANGE.matcher(reply.header("Content-Range").orElse(""));
    if (!sent.matches()
        || Long.parseLong(sent.group(1)) != range.offset()
        || Long.parseLong(sent.group(2)) != range.end() - 1) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          uri
              + ": bytes "
              + range.offset()
              + "-"
              + (range.end() - 1)
              + " were asked for, and others were sent");
    }
    if (!sent.group(3).equals("*") && Long.parseLong(sent.group(3)) != file.size()) {
      throw Statuses.changed(uri, "its length is another");
    }
  }

  private Manifest list(Source source, Deadline deadline) throws InterruptedException {
    URI uri = uri(source);
    SafePath name = name(source, uri);
    Found found = find(uri, deadline);
    OriginRef ref = new OriginRef(uri.toString(), found.pin().validator(), found.access());
    FileEntry file = new FileEntry(name, found.size(), ref.pinned(found.size()), ref);
    return Listings.pin(source, Manifest.Shape.FILE, List.of(file));
  }

  private record Found(long size, HttpPin pin, OriginRef.Access access) {}

  private Found find(URI uri, Deadline deadline) throws InterruptedException {
    try (Calls.Reply head = calls.send("HEAD", uri, Map.of(), deadline)) {
      if (head.status() == 200 && length(head) >= 0) {
        String ranges = head.header("Accept-Ranges").orElse("").strip();
        if (ranges.equals("bytes") || ranges.equals("none") || length(head) == 0) {
          return found(
              uri,
              head,
              length(head),
              ranges.equals("bytes") ? OriginRef.Access.RANGES : OriginRef.Access.WHOLE);
        }
      } else if (head.status() / 100 != 2 && !NO_HEAD.contains(head.status())) {
        throw Statuses.failure(uri, head, false);
      }
    }
    return probe(uri, deadline);
  }

  /// Asks for the first byte, which also tells whether ranges work.
  private Found probe(URI uri, Deadline deadline) throws InterruptedException {
    try (Calls.Reply first = calls.send("GET", uri, Map.of("Range", "bytes=0-0"), deadline)) {
      String range = first.header("Content-Range").orElse("").strip();
      if (first.status() == 416 && range.equals("bytes */0")) {
        return found(uri, first, 0, OriginRef.Access.WHOLE);
      }
      Matcher sent = CONTENT_RANGE.matcher(range);
      if (first.status() == 206 && sent.matches() && !sent.group(3).equals("*")) {
        return found(uri, first, Long.parseLong(sent.group(3)), OriginRef.Access.RANGES);
      }
      if (first.status() == 200 && length(first) >= 0) {
        return found(uri, first, length(first), OriginRef.Access.WHOLE);
      }
      if (first.status() / 100 != 2) {
        throw Statuses.failure(uri, first, false);
      }
      refuseEncoded(uri, first);
      throw new LarderException(
          ErrorKind.INVALID,
          uri
              + ": the server does not say how long it is (no Content-Length), so no space can be"
              + " reserved; serve it as a plain file");
    }
  }

  private static Found found(URI uri, Calls.Reply reply, long size, OriginRef.Access access) {
    refuseEncoded(uri, reply);
    HttpPin pin =
        HttpPin.of(reply.headers())
            .orElseThrow(
                () ->
                    new LarderException(
                        ErrorKind.INVALID,
                        uri
                            + ": the server sends neither ETag nor Last-Modified, so a change"
                            + " would go unnoticed; switch one of them on at the server"));
    return new Found(size, pin, access);
  }

  private static void refuseEncoded(URI uri, Calls.Reply reply) {
    Optional<String> encoding =
        reply.header("Content-Encoding").filter(e -> !e.strip().equalsIgnoreCase("identity"));
    if (encoding.isPresent()) {
      throw new LarderException(
          ErrorKind.INVALID,
          uri
              + ": the server sends it encoded ("
              + encoding.get()
              + ") though it was asked not to; switch that off for this file");
    }
  }

  private static long length(Calls.Reply reply) {
    return reply
        .header("Content-Length")
        .map(String::strip)
        .filter(value -> value.matches("\\d{1,18}"))
        .map(Long::parseLong)
        .orElse(-1L);
  }

  private static URI uri(Source source) {
    URI uri;
    try {
      URI given = new URI(source.uri());
      uri = given.getRawFragment() == null ? given : new URI(source.uri().split("#", 2)[0]);
    } catch (URISyntaxException e) {
      throw invalid(source, e.getReason() + "; write special characters as %20 and the like", e);
    }
    if (uri.getHost() == null) {
      throw invalid(source, "it names no host; write " + source.scheme() + "://host/file", null);
    }
    for (String parameter : Optional.ofNullable(uri.getRawQuery()).orElse("").split("&", -1)) {
      String name = parameter.split("=", 2)[0];
      if (SECRET.contains(name.toLowerCase(Locale.ROOT))) {
        throw new LarderException(
            ErrorKind.INVALID,
            "the address on "
                + uri.getHost()
                + " carries a secret in its query ("
                + name
                + "), and sources are shared and logged; give the address without it and configure"
                + " a token for the host");
      }
    }
    return uri;
  }

  /// The last segment of the path.
  private static SafePath name(Source source, URI uri) {
    String raw = uri.getRawPath();
    String segment = raw.substring(raw.lastIndexOf('/') + 1);
    try {
      // As a query's value but for the plus sign, which means itself in a path.
      String name = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
      if (name.isEmpty() || name.indexOf('/') >= 0) {
        throw invalid(source, "it ends in no file name; write https://host/path/file", null);
      }
      return new SafePath(name);
    } catch (IllegalArgumentException e) {
      throw invalid(source, e.getMessage() == null ? "bad name" : e.getMessage(), e);
    }
  }

  private static LarderException invalid(Source source, String why, @Nullable Exception cause) {
    return new LarderException(
        ErrorKind.INVALID, source + " is not a source on the web: " + why, cause);
  }

  @Override
  public void close() {
    calls.close();
  }
}
