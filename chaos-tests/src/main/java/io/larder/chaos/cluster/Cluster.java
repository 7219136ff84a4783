package io.larder.chaos.cluster;

import io.larder.client.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/// Daemons that know each other. The first one bootstraps the Raft group. Closing kills them all
/// and leaves their folders.
public final class Cluster implements AutoCloseable {
  private final List<DaemonProcess> nodes;

  private Cluster(List<DaemonProcess> nodes) {
    this.nodes = nodes;
  }

  /// @param folder that gets one folder a node
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  public List<DaemonProcess> nodes() {
    return nodes;
  }

  /// @param index from 0
  public DaemonProcess node(int index) {
    return nodes.get(index);
  }

  /// Starts all nodes, waits until each is ready and all see the wanted number of voters and
  /// members.
  public Cluster start(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    nodes.forEach(DaemonProcess::start);
    for (DaemonProcess node : nodes) {
      node.awaitReady(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    awaitFormed(nodes, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    return this;
  }

  /// Waits until each of these nodes knows a coordinator, all members, and three voters (or all,
  /// when the cluster is smaller).
  public void awaitFormed(List<DaemonProcess> members, Duration most) {
    int voters = members.size() < 3 ? 1 : 3;
    try {
      Awaitility.await("the cluster has formed")
          .atMost(most)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> members.stream().allMatch(node -> formed(node, members.size(), voters)));
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          "the cluster has not formed after "
              + most
              + ": "
              + members.stream()
                  .map(node -> node.id() + " sees " + node.status().map(NodeStatus::cluster))
                  .collect(Collectors.joining("; ")),
          e);
    }
  }

  /// The node that leads the Raft group, as most of the running ones see it.
  public Optional<DaemonProcess> leader() {
    return nodes.stream()
        .filter(DaemonProcess::alive)
        .filter(node -> node.status().filter(s -> s.role().equals("leader")).isPresent())
        .findFirst();
  }

  /// The ends of all logs, for the message of a failed test.
  public String logs(int lines) {
    return nodes.stream()
        .map(node -> "== " + node.log() + "\n" + node.process().logTail(lines))
        .collect(Collectors.joining("\n"));
  }

  private static boolean formed(DaemonProcess node, int members, int voters) {
    return node.status()
        .map(NodeStatus::cluster)
        .filter(
            cluster ->
                cluster.coordinated()
                    && cluster.members().size() >= members
                    && cluster.voters().size() >= voters)
        .isPresent();
  }

  @Override
  public void close() {
    nodes.forEach(DaemonProcess::close);
  }

  /// How a cluster is to be. Not thread-safe.
  public static final class Builder {
    private final Path folder;
    private final Map<String, String> flags = new LinkedHashMap<>();
    private final Map<String, String> environment =
        new LinkedHashMap<>(OriginProcess.credentials());
    private final Map<Integer, Map<String, String>> ownFlags = new LinkedHashMap<>();
    private List<Host> hosts = List.of();
    private @Nullable Certificates certificates;
    private int heapMegabytes = 256;

    private Builder(Path folder) {
      this.folder = folder;
      flags.put("raft-promote-after", "500ms");
      flags.put("store-capacity", "10GiB");
    }

    /// Nodes n1, n2, … on this machine.
    public Builder nodes(int count) {
      return hosts(Collections.nCopies(count, Host.local()));
    }

    /// One node each.
    public Builder hosts(List<Host> where) {
      hosts = List.copyOf(where);
      return this;
    }

    /// The S3 endpoint that all nodes use.
    public Builder s3(String endpoint) {
      return flag("origin-s3-endpoint", endpoint).flag("origin-s3-path-style", "true");
    }

    /// Mutual TLS between the nodes.
    public Builder mutualTls() {
      certificates = Certificates.create(folder.resolve("tls"));
      return this;
    }

    public Builder heapMegabytes(int megabytes) {
      heapMegabytes = megabytes;
      return this;
    }

    /// A flag of all nodes, by name without dashes.
    public Builder flag(String name, String value) {
      flags.put(name, value);
      return this;
    }

    /// A flag of one node.
    ///
    /// @param index from 0
    public Builder flag(int index, String name, String value) {
      ownFlags.computeIfAbsent(index, i -> new LinkedHashMap<>()).put(name, value);
      return this;
    }

    /// A variable of all nodes, instead of or beside the origin's credentials.
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /// The cluster, not started.
    public Cluster build() {
      int count = hosts.size();
      List<Integer> ports = Host.freePorts(3 * count);
      String seeds =
          IntStream.range(0, Math.min(3, count))
              .mapToObj(i -> hosts.get(i).address() + ":" + ports.get(3 * i))
              .collect(Collectors.joining(","));
      List<DaemonProcess> nodes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String id = "n" + (i + 1);
        Path home = folder.resolve(id);
        try {
          Files.createDirectories(home);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        Map<String, String> all = new LinkedHashMap<>();
        all.put("seed", seeds);
        all.putAll(flags);
        if (i == 0) {
          all.put("bootstrap", "");
        }
        if (certificates != null) {
          all.putAll(certificates.flags(id, hosts.get(i).address()));
        }
        all.putAll(ownFlags.getOrDefault(i, Map.of()));
        nodes.add(
            new DaemonProcess(
                new DaemonProcess.Settings(
                    id,
                    hosts.get(i),
                    home,
                    ports.get(3 * i),
                    ports.get(3 * i + 1),
                    ports.get(3 * i + 2),
                    heapMegabytes,
                    all,
                    Map.copyOf(environment))));
      }
      return new Cluster(List.copyOf(nodes));
    }
  }
}
