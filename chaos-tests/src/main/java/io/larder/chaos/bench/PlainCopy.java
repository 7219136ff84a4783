package io.larder.chaos.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// What the kernel can do: a file over a socket with `sendfile`, into a file through one buffer.
final class PlainCopy implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Path folder;
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final ServerSocketChannel server;

  PlainCopy(Path folder) throws IOException {
    this.folder = folder;
    this.server =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /// Sends the file to the next who connects.
  ///
  /// @return the port
  String serve() {
    executor.execute(this::send);
    return Integer.toString(server.socket().getLocalPort());
  }

  private void send() {
    try (SocketChannel socket = server.accept();
        FileChannel file = FileChannel.open(folder.resolve("file"))) {
      long size = file.size();
      for (long at = 0; at < size; ) {
        at += file.transferTo(at, size - at, socket);
      }
    } catch (IOException e) {
      System.err.println("sending failed: " + e);
    }
  }

  /// @return bytes and seconds
  String fetch(int port, boolean hash) throws Exception {
    Path target = folder.resolve("copy");
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    long bytes = 0;
    long start = System.nanoTime();
    try (SocketChannel socket =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        FileChannel file =
            FileChannel.open(
                target,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      while (socket.read(buffer.clear()) >= 0) {
        buffer.flip();
        if (hash) {
          sha256.update(buffer.duplicate());
        }
        while (buffer.hasRemaining()) {
          bytes += file.write(buffer, bytes);
        }
      }
    }
    return String.format(Locale.ROOT, "%d %f", bytes, (System.nanoTime() - start) / 1e9);
  }

  @Override
  public void close() throws IOException {
    server.close();
    executor.shutdownNow();
  }
}
