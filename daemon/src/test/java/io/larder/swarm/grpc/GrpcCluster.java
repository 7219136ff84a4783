package io.larder.swarm.grpc;

import static org.awaitility.Awaitility.await;

import io.larder.concurrent.Throttle;
import io.larder.content.NodeId;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerMeter;
import io.larder.swarm.ServedBlobs;
import io.larder.swarm.SwarmOptions;
import io.larder.swarm.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Several nodes of a gRPC swarm in one JVM, on loopback, with fast heartbeats.
final class GrpcCluster implements AutoCloseable {
  private final Map<String, GrpcSwarm> nodes = new LinkedHashMap<>();
  private final Function<String, Optional<TlsOptions>> certificates;
  private volatile Optional<NodeId> leader = Optional.empty();
  private long incarnation = 1;

  GrpcCluster() {
    this(_ -> Optional.empty());
  }

  /// @param certificates of each node by name
  GrpcCluster(Function<String, Optional<TlsOptions>> certificates) {
    this.certificates = certificates;
  }

  GrpcSwarm join(String name, String zone, String rack, ServedBlobs served) {
    return join(name, zone, rack, served, UnaryOperator.identity());
  }

  /// Starts a node; one of a name that was there before takes its port again.
  GrpcSwarm join(
      String name,
      String zone,
      String rack,
      ServedBlobs served,
      UnaryOperator<SwarmOptions> settings) {
    GrpcSwarm before = nodes.get(name);
    int port =
        before == null ? 0 : Integer.parseInt(before.self().peerAddress().replaceFirst(".*:", ""));
    List<String> seeds = nodes.values().stream().map(node -> node.self().peerAddress()).toList();
    NodeInfo self =
        new NodeInfo(new NodeId(name), "127.0.0.1:" + port, "", zone, rack, incarnation++);
    SwarmOptions options =
        SwarmOptions.of(
                self, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "test", seeds)
            .withTls(certificates.apply(name))
            .withTimes(Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofSeconds(2));
    GrpcSwarm joined =
        GrpcSwarm.open(
            settings.apply(options),
            served,
            Throttle.of(0),
            () -> leader,
            () -> leader.map(List::of).orElse(List.of()),
            PeerMeter.none());
    nodes.put(name, joined);
    return joined;
  }

  GrpcSwarm node(String name) {
    return nodes.get(name);
  }

  /// What every node's own Raft says from now on.
  void lead(Optional<NodeId> node) {
    leader = node;
  }

  /// Waits until all nodes see each other.
  void settle() {
    await()
        .until(
            () ->
                nodes.values().stream()
                    .allMatch(node -> node.membership().members().size() == nodes.size()));
  }

  @Override
  public void close() {
    nodes.values().forEach(GrpcSwarm::close);
  }
}
