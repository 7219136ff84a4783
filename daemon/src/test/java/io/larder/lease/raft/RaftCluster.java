package io.larder.lease.raft;

import static org.awaitility.Awaitility.await;

import io.larder.content.NodeId;
import io.larder.lease.LeaseOutcome;
import io.larder.lease.LeaseRequest;
import io.larder.lease.Leases;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/// Nodes with Raft leases in this JVM, which hear of each other without heartbeats: whoever runs is
/// known to all at once. The first node bootstraps.
public final class RaftCluster implements AutoCloseable {
  private final Path directory;
  private final UnaryOperator<RaftOptions> adjust;
  private final Map<String, String> addresses = new ConcurrentHashMap<>();
  private final Map<String, RaftLeases> running = new ConcurrentHashMap<>();
  private final Map<String, Instant> started = new ConcurrentHashMap<>();
  private Optional<RaftTls> tls = Optional.empty();

  public RaftCluster(Path directory, UnaryOperator<RaftOptions> adjust) {
    this.directory = directory;
    this.adjust = adjust;
  }

  public RaftCluster withTls(RaftTls tls) {
    this.tls = Optional.of(tls);
    return this;
  }

  /// Starts a node, or starts it again on its folder and address.
  public RaftLeases start(String name) {
    String address = addresses.computeIfAbsent(name, n -> "127.0.0.1:" + freePort());
    RaftOptions options =
        RaftOptions.of(
                new NodeId(name),
                directory.resolve(name),
                address,
                address,
                name.equals("n0"),
                3,
                "test",
                tls)
            .withGrowth(Duration.ofMillis(200), Duration.ofSeconds(3));
    started.put(name, Instant.now());
    RaftLeases leases =
        RaftLeases.start(adjust.apply(options), this::members, () -> votersKnown(name));
    running.put(name, leases);
    return leases;
  }

  /// As a node that stops answering at once; its files stay.
  public void stop(String name) {
    running.remove(name).close();
  }

  public RaftLeases node(String name) {
    return running.get(name);
  }

  public Path folder(String name) {
    return directory.resolve(name);
  }

  /// What the heartbeats of the others would say.
  private List<RaftMember> votersKnown(String asker) {
    Map<String, RaftMember> voters = new TreeMap<>();
    running.forEach(
        (name, leases) -> {
          if (!name.equals(asker) && leases.health().role() != Leases.Role.CLIENT) {
            leases.health().voters().forEach(id -> voters.put(id.value(), member(id.value())));
          }
        });
    return List.copyOf(voters.values());
  }

  private List<RaftMember> members() {
    return running.keySet().stream().map(this::member).toList();
  }

  private RaftMember member(String name) {
    return new RaftMember(
        new NodeId(name),
        addresses.get(name),
        running.containsKey(name) ? Duration.ZERO : Duration.ofHours(1),
        started.get(name));
  }

  /// Waits until all running nodes agree on so many voters and reach the group.
  public void awaitVoters(int voters) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                running.values().stream()
                    .allMatch(
                        leases ->
                            leases.health().coordinated()
                                && leases.health().voters().size() == voters));
  }

  /// The name of the node that leads, once one does.
  public String awaitLeader() {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(this::leader, Optional::isPresent)
        .orElseThrow();
  }

  private Optional<String> leader() {
    return running.entrySet().stream()
        .filter(entry -> entry.getValue().health().role() == Leases.Role.LEADER)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Asks until leases are granted.
  public static LeaseOutcome.Granted awaitGrant(Leases leases, LeaseRequest request) {
    return (LeaseOutcome.Granted)
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> leases.acquire(request), LeaseOutcome.Granted.class::isInstance);
  }

  @Override
  public void close() {
    running.values().parallelStream().forEach(RaftLeases::close);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
