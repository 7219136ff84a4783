package io.larder.artifact;

import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.content.Source;
import io.larder.lease.BlobState;
import io.larder.lease.CommandLeases;
import io.larder.lease.Decision;
import io.larder.lease.LeaseCommand;
import io.larder.lease.LeaseReply;
import io.larder.lease.LeaseTable;
import io.larder.lease.TableBounds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One lease table that several nodes of a test share.
final class SharedTable {
  private final LeaseTable table = new LeaseTable(TableBounds.DEFAULT);
  private volatile boolean reachable = true;

  void reachable(boolean now) {
    reachable = now;
  }

  CommandLeases of(NodeId node, Duration ttl) {
    return new CommandLeases(node, ttl) {
      @Override
      protected Optional<LeaseReply> submit(LeaseCommand command) {
        if (!reachable) {
          return Optional.empty();
        }
        synchronized (table) {
          return Optional.of(table.apply(System.currentTimeMillis(), command));
        }
      }

      @Override
      protected String whyUnavailable() {
        return "the test says so";
      }

      @Override
      public List<BlobState> describe(Map<BlobId, Long> known) {
        synchronized (table) {
          return reachable ? table.describe(known) : List.of();
        }
      }

      @Override
      public Optional<Decision> decision(Source source) {
        synchronized (table) {
          return reachable ? table.decision(source) : Optional.empty();
        }
      }

      @Override
      public Health health() {
        return new Health(Role.FOLLOWER, reachable, Optional.empty(), List.of());
      }

      @Override
      public void close() {}
    };
  }
}
