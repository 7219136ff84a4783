package io.larder.client;

import io.larder.client.LarderClientException.Kind;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Whether somebody listens on a Unix socket. Asks the kernel directly, in about 0.1 ms, because its
 * answer says why not.
 */
final class SocketProbe {
  /** What the JDK can address: one less than the kernel, whose 108 bytes hold a NUL, too. */
  private static final int LONGEST_PATH = 106;

  private static final long PAUSE_MILLIS = 50;

  private SocketProbe() {}

  /** Waits until somebody listens; throws what {@link #check} threw last. */
  static void await(Path socket, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        check(socket);
        return;
      } catch (LarderClientException e) {
        if (e.kind() == Kind.INVALID || System.nanoTime() - end >= 0) {
          throw e;
        }
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LarderClientException(
            Kind.UNAVAILABLE, "interrupted while waiting for a daemon at " + socket, e);
      }
    }
  }

  /**
   * @throws LarderClientException UNAVAILABLE, DENIED or INVALID, saying what to do
   */
  static void check(Path socket) {
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      throw new LarderClientException(
          Kind.INVALID,
          "the socket path "
              + socket
              + " has "
              + length
              + " bytes; Unix sockets allow "
              + LONGEST_PATH
              + ", choose a shorter one");
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      assert channel.isConnected();
    } catch (IOException | UnsupportedOperationException e) {
      throw explain(socket, e);
    }
  }

  private static LarderClientException explain(Path socket, Exception e) {
    String start = "; start one with 'larder daemon' or name another socket with LARDER_SOCKET";
    if (String.valueOf(e.getMessage()).contains("Permission denied")) {
      return new LarderClientException(
          Kind.DENIED,
          "this user may not use the daemon's socket "
              + socket
              + "; join the group that owns it or ask its administrator",
          e);
    }
    String reason = Files.exists(socket) ? "nobody listens there" : "there is no such file";
    return new LarderClientException(
        Kind.UNAVAILABLE, "no Larder daemon at " + socket + ": " + reason + start, e);
  }
}
