package io.larder.chaos.cluster;

import io.larder.chaos.cluster.HttpInput.Head;
import io.larder.concurrent.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands in front of an HTTP origin. Everything that leaves the origin goes through it, so it
/// knows which bytes of which object were sent how often, whatever the receivers say about it. It
/// can also be slow, cut connections, and be gone for a while. HTTP/1.1 without pipelining.
/// Thread-safe.
public final class OriginRelay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OriginRelay.class);

  /// Small, so that what counts as sent has nearly arrived.
  private static final int SEND_BUFFER = 128 * 1024;

  private final InetSocketAddress origin;
  private final Scope scope = Scope.open("origin-relay");
  private final Pace pace = new Pace();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final List<Transfer> transfers = new CopyOnWriteArrayList<>();
  private final AtomicLong objectBytes = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final InetSocketAddress listen;
  private @Nullable ServerSocket door;

  private OriginRelay(String address, InetSocketAddress origin) {
    this.origin = origin;
    this.door = open(new InetSocketAddress(address, 0));
    this.listen = new InetSocketAddress(address, door.getLocalPort());
    accept(door);
  }

  /// @param address to listen on; the port is any free one
  public static OriginRelay start(String address, InetSocketAddress origin) {
    return new OriginRelay(address, origin);
  }

  /// One answer with content of an object.
  ///
  /// @param object its path, `/bucket/key`
  /// @param offset of its first byte in the object
  /// @param length of what was passed on, also when the connection ended early
  public record Transfer(String object, long offset, long length) {}

  public String endpoint() {
    return "http://" + listen.getHostString() + ":" + listen.getPort();
  }

  /// Limits what all connections together receive.
  ///
  /// @param bytesPerSecond 0 for no limit
  public void rate(long bytesPerSecond) {
    pace.rate(bytesPerSecond);
  }

  /// Breaks all connections.
  public void cut() {
    connections.forEach(OriginRelay::closeQuietly);
  }

  /// Breaks all connections and refuses new ones until [#up].
  public synchronized void down() {
    if (door != null) {
      closeQuietly(door);
      door = null;
    }
    cut();
  }

  /// Takes connections again, on the same port. Idempotent.
  public synchronized void up() {
    if (door == null) {
      door = open(listen);
      accept(door);
    }
  }

  /// Content of objects that was sent so far, without heads, listings and errors.
  public long objectBytes() {
    return objectBytes.get();
  }

  public long requests() {
    return requests.get();
  }

  /// Answers that are over, in the order of their ends.
  public List<Transfer> transfers() {
    return List.copyOf(transfers);
  }

  /// Content that was sent a second time or more often: all transfers less their union.
  public long repeatedBytes() {
    long sent = 0;
    long distinct = 0;
    String object = "";
    long end = 0;
    List<Transfer> sorted =
        transfers.stream()
            .sorted(Comparator.comparing(Transfer::object).thenComparing(Transfer::offset))
            .toList();
    for (Transfer transfer : sorted) {
      if (!transfer.object().equals(object)) {
        object = transfer.object();
        end = 0;
      }
      long transferEnd = transfer.offset() + transfer.length();
      distinct += Math.max(0, transferEnd - Math.max(end, transfer.offset()));
      end = Math.max(end, transferEnd);
      sent += transfer.length();
    }
    return sent - distinct;
  }

  private static ServerSocket open(InetSocketAddress address) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(address, 256);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException("the relay cannot listen on " + address, e);
    }
  }

  private void accept(ServerSocket socket) {
    scope.fork(
        () -> {
          while (!socket.isClosed()) {
            Socket client;
            try {
              client = socket.accept();
            } catch (SocketException e) {
              break;
            }
            connections.add(client);
            scope.fork(
                () -> {
                  serve(client);
                  return true;
                });
          }
          return true;
        });
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      connections.add(upstream);
      try {
        client.setTcpNoDelay(true);
        client.setSendBufferSize(SEND_BUFFER);
        upstream.connect(origin, 5_000);
        upstream.setTcpNoDelay(true);
        relay(client, upstream);
      } finally {
        connections.remove(upstream);
      }
    } catch (IOException e) {
      log.debug("a connection ended: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(client);
    }
  }

  private void relay(Socket client, Socket upstream) throws IOException, InterruptedException {
    HttpInput fromClient = new HttpInput(client.getInputStream());
    HttpInput fromOrigin = new HttpInput(upstream.getInputStream());
    OutputStream toClient = client.getOutputStream();
    OutputStream toOrigin = upstream.getOutputStream();
    while (true) {
      Optional<Head> request = fromClient.head();
      if (request.isEmpty()) {
        return;
      }
      requests.incrementAndGet();
      send(toOrigin, request.get());
      fromClient.body(request.get().contentLength(), toOrigin::write);
      Optional<Head> answer = fromOrigin.head();
      if (answer.isEmpty()) {
        return;
      }
      send(toClient, answer.get());
      pass(request.get(), answer.get(), fromOrigin, toClient);
      if (answer.get().header("Connection").filter("close"::equalsIgnoreCase).isPresent()) {
        return;
      }
    }
  }

  private void pass(Head request, Head answer, HttpInput from, OutputStream to)
      throws IOException, InterruptedException {
    String status = answer.word(1);
    String object = request.word(1).split("\\?", 2)[0];
    boolean content =
        request.word(0).equals("GET")
            && (status.equals("200") || status.equals("206"))
            && object.indexOf('/', 1) > 0
            && object.indexOf('/', 1) < object.length() - 1;
    long[] sent = {0};
    HttpInput.Sink sink =
        (bytes, offset, length) -> {
          for (int done = 0; done < length; ) {
            int slice = pace.slice(length - done);
            pace.take(slice);
            to.write(bytes, offset + done, slice);
            done += slice;
            if (content) {
              sent[0] += slice;
              objectBytes.addAndGet(slice);
            }
          }
        };
    try {
      if (request.word(0).equals("HEAD") || status.equals("204") || status.equals("304")) {
        return;
      }
      if (answer.chunked()) {
        from.chunkedBody(to, sink);
      } else {
        from.body(answer.contentLength(), sink);
      }
    } finally {
      if (content) {
        transfers.add(new Transfer(object, start(answer), sent[0]));
      }
    }
  }

  /// The first byte of a partial answer: `Content-Range: bytes 100-199/1000`.
  private static long start(Head answer) {
    return answer
        .header("Content-Range")
        .map(range -> Long.parseLong(range.substring("bytes ".length(), range.indexOf('-'))))
        .orElse(0L);
  }

  private static void send(OutputStream to, Head head) throws IOException {
    to.write(head.raw().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      log.debug("closing {} failed: {}", closeable, e.toString());
    }
  }

  @Override
  public void close() {
    down();
    scope.close();
  }
}
