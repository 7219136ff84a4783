package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.content.Source;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The lease table of a node that belongs to no cluster, in its own memory: nothing is agreed with
/// anybody, and requests on this node still fetch each extent once. Thread-safe.
public final class LocalLeases extends CommandLeases {
  private final NodeId self;
  private final InstantSource clock;
  private final LeaseTable table = new LeaseTable(TableBounds.DEFAULT);

  public LocalLeases(NodeId self, Duration ttl, InstantSource clock) {
    super(self, ttl);
    this.self = self;
    this.clock = clock;
  }

  @Override
  protected synchronized Optional<LeaseReply> submit(LeaseCommand command) {
    return Optional.of(table.apply(clock.millis(), command));
  }

  @Override
  protected String whyUnavailable() {
    return "a local table is always there";
  }

  @Override
  public synchronized List<BlobState> describe(Map<BlobId, Long> known) {
    return table.describe(known);
  }

  @Override
  public synchronized Optional<Decision> decision(Source source) {
    return table.decision(source);
  }

  @Override
  public Health health() {
    return new Health(Role.LEADER, true, Optional.of(self), List.of(self));
  }

  @Override
  public void close() {}
}
