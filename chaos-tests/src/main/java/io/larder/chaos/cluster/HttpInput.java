package io.larder.chaos.cluster;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Reads HTTP/1.1 messages off a connection, byte for byte as they came. Not thread-safe.
final class HttpInput {
  private static final int MAX_HEAD = 64 * 1024;

  private final InputStream in;
  private final byte[] buffer = new byte[64 * 1024];
  private int position;
  private int limit;

  HttpInput(InputStream in) {
    this.in = in;
  }

  /// The first line and headers of a message.
  ///
  /// @param raw as it came, with the empty line at its end
  record Head(String raw) {
    /// The n-th word of the first line.
    String word(int n) {
      return raw.substring(0, raw.indexOf("\r\n")).split(" ", 3)[n];
    }

    Optional<String> header(String name) {
      String wanted = name.toLowerCase(Locale.ROOT) + ":";
      return raw.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(wanted))
          .map(line -> line.substring(wanted.length()).trim())
          .findFirst();
    }

    boolean chunked() {
      return header("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent();
    }

    long contentLength() {
      return header("Content-Length").map(Long::parseLong).orElse(0L);
    }
  }

  /// Is told, piece by piece, what a body consists of.
  interface Sink {
    void accept(byte[] bytes, int offset, int length) throws IOException, InterruptedException;
  }

  /// @return empty at the end of the connection
  Optional<Head> head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (!ends(head)) {
      if (position == limit && !fill()) {
        if (head.isEmpty()) {
          return Optional.empty();
        }
        throw new EOFException("connection ended inside a head");
      }
      head.append((char) (buffer[position++] & 0xff));
      if (head.length() > MAX_HEAD) {
        throw new IOException("a head of more than " + MAX_HEAD + " bytes");
      }
    }
    return Optional.of(new Head(head.toString()));
  }

  /// Passes on a body of known length.
  void body(long length, Sink sink) throws IOException, InterruptedException {
    long left = length;
    while (left > 0) {
      if (position == limit && !fill()) {
        throw new EOFException("connection ended inside a body");
      }
      int count = (int) Math.min(left, limit - position);
      sink.accept(buffer, position, count);
      position += count;
      left -= count;
    }
  }

  /// Passes on a chunked body; the sink sees the content, the framing goes straight to `out`.
  void chunkedBody(OutputStream out, Sink sink) throws IOException, InterruptedException {
    while (true) {
      String line = line();
      out.write(line.getBytes(StandardCharsets.ISO_8859_1));
      long size = Long.parseLong(line.strip().split(";", 2)[0].strip(), 16);
      body(size, sink);
      if (size == 0) {
        String trailer;
        do {
          trailer = line();
          out.write(trailer.getBytes(StandardCharsets.ISO_8859_1));
        } while (!trailer.equals("\r\n"));
        return;
      }
      out.write(line().getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < 2 || line.charAt(line.length() - 1) != '\n') {
      if (position == limit && !fill()) {
        throw new EOFException("connection ended inside a chunked body");
      }
      line.append((char) (buffer[position++] & 0xff));
    }
    return line.toString();
  }

  private static boolean ends(StringBuilder head) {
    int n = head.length();
    return n >= 4 && head.charAt(n - 1) == '\n' && head.charAt(n - 3) == '\n';
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }
}
