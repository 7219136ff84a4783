package io.larder.swarm.grpc;

import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.swarm.Nearness;
import io.larder.swarm.NodeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/// Which nodes said that they hold or want which blobs. Kept in memory only; every node runs one,
/// and the coordinator's is the one that is asked. No I/O; thread-safe.
final class Tracker {
  private static final long UNKNOWN = -1;

  private final long epoch;
  private final Random random;
  private final Map<NodeId, Holdings> nodes = new HashMap<>();
  private final Map<BlobId, Set<NodeId>> holders = new HashMap<>();

  private static final class Holdings {
    long incarnation;
    final Set<BlobId> blobs = new HashSet<>();

    Holdings(long incarnation) {
      this.incarnation = incarnation;
    }
  }

  /// @param epoch differs from that of every other tracker that nodes may take this one for
  Tracker(long epoch, Random random) {
    this.epoch = epoch;
    this.random = random;
  }

  long epoch() {
    return epoch;
  }

  /// Whether a node has told this tracker, since it started, what it holds.
  synchronized boolean tracks(NodeInfo node) {
    Holdings holdings = nodes.get(node.id());
    if (holdings == null) {
      return false;
    }
    if (holdings.incarnation == UNKNOWN) {
      holdings.incarnation = node.incarnation();
    }
    return holdings.incarnation == node.incarnation();
  }

  /// A node holds or wants more blobs, and no longer some others. What it said before it last
  /// started is dropped.
  ///
  /// @param incarnation empty when the node was not heard of yet
  synchronized void advertise(
      NodeId node,
      Optional<Long> incarnation,
      Collection<BlobId> present,
      Collection<BlobId> withdrawn) {
    Holdings known = nodes.get(node);
    if (known != null
        && incarnation.isPresent()
        && known.incarnation != UNKNOWN
        && known.incarnation != incarnation.get()) {
      drop(node);
    }
    Holdings holdings = nodes.computeIfAbsent(node, _ -> new Holdings(incarnation.orElse(UNKNOWN)));
    for (BlobId blob : present) {
      holdings.blobs.add(blob);
      holders.computeIfAbsent(blob, _ -> new HashSet<>(4)).add(node);
    }
    for (BlobId blob : withdrawn) {
      holdings.blobs.remove(blob);
      forget(node, blob);
    }
  }

  private void forget(NodeId node, BlobId blob) {
    Set<NodeId> left = holders.get(blob);
    if (left != null && left.remove(node) && left.isEmpty()) {
      holders.remove(blob);
    }
  }

  /// Forgets a node.
  synchronized void drop(NodeId node) {
    Holdings holdings = nodes.remove(node);
    if (holdings != null) {
      holdings.blobs.forEach(blob -> forget(node, blob));
    }
  }

  /// Forgets all nodes but these.
  synchronized void retain(Set<NodeId> alive) {
    List<NodeId> gone = nodes.keySet().stream().filter(node -> !alive.contains(node)).toList();
    gone.forEach(this::drop);
  }

  /// Who holds or wants a blob, apart from the asking node: near ones first, those equally near in
  /// random order, so that the load spreads.
  ///
  /// @param asking empty when it was not heard of yet; then nobody is near
  /// @param members finds nodes that are alive; others are left out
  /// @param limit at most so many
  synchronized List<NodeId> locate(
      NodeId node,
      Optional<NodeInfo> asking,
      BlobId blob,
      int limit,
      Function<NodeId, Optional<NodeInfo>> members) {
    List<NodeInfo> found = new ArrayList<>();
    for (NodeId holder : holders.getOrDefault(blob, Set.of())) {
      if (!holder.equals(node)) {
        members.apply(holder).ifPresent(found::add);
      }
    }
    Collections.shuffle(found, random);
    asking.ifPresent(self -> found.sort(Comparator.comparing(other -> Nearness.of(self, other))));
    return found.stream().limit(limit).map(NodeInfo::id).toList();
  }
}
