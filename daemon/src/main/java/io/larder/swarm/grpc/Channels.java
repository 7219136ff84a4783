package io.larder.swarm.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Channels to peers by address: one for small calls, and a few for bulk, so that a reader that
/// does not keep up with its chunks holds up neither heartbeats nor other readers: streams of one
/// HTTP/2 connection share its flow control. Thread-safe.
final class Channels implements AutoCloseable {
  private static final int BULK_CONNECTIONS = 4;

  private final Transport transport;
  private final Map<String, Peer> peers = new HashMap<>();
  private boolean closed;

  Channels(Transport transport) {
    this.transport = transport;
  }

  /// For small calls.
  synchronized ManagedChannel control(String address) {
    return peer(address).control;
  }

  /// For one stream of bulk; the least used connection. Close the lease when the stream has ended.
  synchronized Bulk bulk(String address) {
    Peer peer = peer(address);
    Connection least = peer.bulk.stream().min(Comparator.comparingInt(c -> c.streams)).orElse(null);
    if (least == null || least.streams > 0 && peer.bulk.size() < BULK_CONNECTIONS) {
      least = new Connection(transport.channel(address));
      peer.bulk.add(least);
    }
    least.streams++;
    return new Bulk(least);
  }

  /// Tries to connect again at once where an attempt failed, instead of after gRPC's pause.
  synchronized void retry(String address) {
    Peer peer = peer(address);
    if (peer.control.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      peer.control.resetConnectBackoff();
    }
  }

  /// Closes channels to all other addresses, once their calls have ended.
  synchronized void retain(Set<String> addresses) {
    for (Iterator<Map.Entry<String, Peer>> i = peers.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<String, Peer> entry = i.next();
      if (!addresses.contains(entry.getKey())) {
        entry.getValue().all().forEach(ManagedChannel::shutdown);
        i.remove();
      }
    }
  }

  private Peer peer(String address) {
    if (closed) {
      throw new IllegalStateException("the swarm was left");
    }
    return peers.computeIfAbsent(address, a -> new Peer(transport.channel(a)));
  }

  /// Ends all calls. Idempotent.
  @Override
  public void close() {
    List<ManagedChannel> all;
    synchronized (this) {
      closed = true;
      all = peers.values().stream().flatMap(peer -> peer.all().stream()).toList();
      peers.clear();
    }
    all.forEach(ManagedChannel::shutdownNow);
    for (ManagedChannel channel : all) {
      try {
        var ignored = channel.awaitTermination(2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static final class Peer {
    final ManagedChannel control;
    final List<Connection> bulk = new ArrayList<>();

    Peer(ManagedChannel control) {
      this.control = control;
    }

    List<ManagedChannel> all() {
      List<ManagedChannel> all = new ArrayList<>(List.of(control));
      bulk.forEach(connection -> all.add(connection.channel));
      return all;
    }
  }

  private static final class Connection {
    final ManagedChannel channel;
    int streams;

    Connection(ManagedChannel channel) {
      this.channel = channel;
    }
  }

  /// A place on a bulk connection.
  final class Bulk implements AutoCloseable {
    private final Connection connection;

    private Bulk(Connection connection) {
      this.connection = connection;
    }

    ManagedChannel channel() {
      return connection.channel;
    }

    @Override
    public void close() {
      synchronized (Channels.this) {
        connection.streams--;
      }
    }
  }
}
