package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.content.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Leases of one node over a table that several nodes of one JVM share. Thread-safe.
public final class InMemoryLeases extends CommandLeases {
  private final Group group;
  private final NodeId self;
  private final AtomicBoolean closed = new AtomicBoolean();

  private InMemoryLeases(Group group, NodeId self) {
    super(self, group.ttl);
    this.group = group;
    this.self = self;
  }

  @Override
  protected Optional<LeaseReply> submit(LeaseCommand command) {
    return reachable() ? Optional.of(group.apply(command)) : Optional.empty();
  }

  @Override
  protected String whyUnavailable() {
    return "the group was made unreachable";
  }

  @Override
  public List<BlobState> describe(Map<BlobId, Long> known) {
    return reachable() ? group.describe(known) : List.of();
  }

  @Override
  public Optional<Decision> decision(Source source) {
    return reachable() ? group.decision(source) : Optional.empty();
  }

  @Override
  public Health health() {
    return group.health(self, reachable());
  }

  @Override
  public void close() {
    closed.set(true);
  }

  private boolean reachable() {
    return !closed.get() && group.reachable(self);
  }

  /// The shared table, its clock, and who can reach it. Thread-safe.
  public static final class Group {
    private final Duration ttl;
    private final InstantSource clock;
    private final LeaseTable table = new LeaseTable(TableBounds.DEFAULT);
    private final Set<NodeId> nodes = ConcurrentHashMap.newKeySet();
    private final Set<NodeId> cutOff = ConcurrentHashMap.newKeySet();
    private Duration ahead = Duration.ZERO;

    /// On the clock of this machine.
    public Group(Duration ttl) {
      this(ttl, InstantSource.system());
    }

    public Group(Duration ttl, InstantSource clock) {
      this.ttl = ttl;
      this.clock = clock;
    }

    /// The leases of one node.
    public InMemoryLeases join(NodeId node) {
      nodes.add(node);
      return new InMemoryLeases(this, node);
    }

    /// Lets time pass.
    public synchronized void advance(Duration by) {
      ahead = ahead.plus(by);
    }

    /// Whether a node can reach the group.
    public void reachable(NodeId node, boolean reachable) {
      if (reachable) {
        cutOff.remove(node);
      } else {
        cutOff.add(node);
      }
    }

    /// Whether any of the nodes that have joined can reach the group.
    public void reachable(boolean reachable) {
      nodes.forEach(node -> reachable(node, reachable));
    }

    private boolean reachable(NodeId node) {
      return !cutOff.contains(node);
    }

    private synchronized LeaseReply apply(LeaseCommand command) {
      Instant now = clock.instant().plus(ahead);
      return table.apply(now.toEpochMilli(), command);
    }

    private synchronized List<BlobState> describe(Map<BlobId, Long> known) {
      return table.describe(known);
    }

    private synchronized Optional<Decision> decision(Source source) {
      return table.decision(source);
    }

    private Health health(NodeId self, boolean reachable) {
      List<NodeId> sorted = nodes.stream().sorted().toList();
      NodeId leader = sorted.getFirst();
      return new Health(
          self.equals(leader) ? Role.LEADER : Role.FOLLOWER,
          reachable,
          reachable ? Optional.of(leader) : Optional.empty(),
          sorted);
    }
  }
}
