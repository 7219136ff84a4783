package io.larder.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import io.larder.lease.LeaseReply.Grant;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseTableTest {
  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");
  private static final NodeId C = new NodeId("c");
  private static final Duration TTL = Duration.ofSeconds(4);

  private final LeaseTable table = new LeaseTable(TableBounds.DEFAULT);

  @Test
  void nodesStartFarApartAndGoOnWhereTheyAre() {
    BlobId blob = blob(1);
    List<Integer> a = new ArrayList<>();
    List<Integer> b = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      a.addAll(acquire(table, 1000, A, blob, 16, 1));
      b.addAll(acquire(table, 1000, B, blob, 16, 1));
    }
    assertThat(a).containsExactly(0, 1, 2, 3);
    assertThat(b).containsExactly(8, 9, 10, 11);
    assertThat(acquire(table, 1000, C, blob, 16, 1)).containsExactly(6);
    assertThat(acquire(table, 1000, A, blob, 16, 64)).containsExactly(4, 5, 7, 12, 13, 14, 15);
  }

  @Test
  void aLapsedLeaseCanBeCompletedUntilItIsGrantedToAnother() {
    long token = grant(table, 1000, A, blob(1), 2);
    long later = 1000 + TTL.toMillis() * 3;
    assertThat(complete(table, later, A, blob(1), 0, token)).isTrue();

    long other = grant(table, later, A, blob(1), 2);
    long muchLater = later + TTL.toMillis();
    assertThat(grant(table, muchLater, B, blob(1), 2)).isGreaterThan(other);
    assertThat(complete(table, muchLater, A, blob(1), 1, other)).isFalse();
  }

  @Test
  void timeNeverGoesBack() {
    grant(table, 50_000, A, blob(1), 1);
    assertThat(acquire(table, 1_000, B, blob(1), 1, 1)).isEmpty();
    assertThat(table.nowMillis()).isEqualTo(50_000);
    assertThat(acquire(table, 50_000 + TTL.toMillis(), B, blob(1), 1, 1)).containsExactly(0);
  }

  @Test
  void tokensOfAGroupThatWasSetUpAgainAreLarger() {
    long old = 0;
    for (int i = 0; i < 500; i++) {
      old = grant(table, 1_000_000, A, blob(i), 1);
    }
    assertThat(grant(new LeaseTable(TableBounds.DEFAULT), 1_000_001, A, blob(1), 1))
        .isGreaterThan(old);
  }

  @Test
  void idleAndOldStateIsForgotten() {
    LeaseTable small = new LeaseTable(new TableBounds(Duration.ofHours(1), 10, 5, 3));
    for (int i = 0; i < 10; i++) {
      grant(small, 1000, A, blob(i), 1);
    }
    assertThat(small.apply(1000, acquireCommand(A, blob(10), 1, 1)))
        .isEqualTo(new LeaseReply.Refused("the lease table is full of blobs being fetched"));
    grant(small, 1000 + TTL.toMillis(), A, blob(10), 1);
    assertThat(small.openBlobs()).isEqualTo(10);

    for (int i = 20; i < 30; i++) {
      Seal seal = new Seal(digest("c" + i), digest("m" + i));
      small.apply(10_000, new LeaseCommand.SealBlob(A, blob(i), 5, seal));
    }
    assertThat(small.sealedBlobs()).isEqualTo(5);
    assertThat(small.describe(Map.of(blob(24), 0L))).isEmpty();
    assertThat(small.describe(Map.of(blob(25), 0L))).hasSize(1);

    for (int i = 0; i < 10; i++) {
      Source source = Source.parse("file:///" + i);
      Decision decision = new Decision(source, "r", digest("m"), 1);
      small.apply(10_000, new LeaseCommand.Decide(A, decision, Duration.ZERO));
    }
    assertThat(small.image().decisions()).hasSize(3);

    Duration day = Duration.ofDays(1);
    small.apply(day.toMillis(), new LeaseCommand.Release(A, List.of()));
    assertThat(small.openBlobs()).isZero();
    assertThat(small.leases()).isZero();
    assertThat(small.sealedBlobs()).isEqualTo(5);
  }

  @Test
  void nonsenseIsRefusedWithoutHarm() {
    LeaseRequest.Want none =
        new LeaseRequest.Want(blob(1), new ChunkPlan(10), 0, IndexSet.range(0, 5));
    assertThat(table.apply(1, new LeaseCommand.Acquire(A, List.of(none), 1, 1, TTL)))
        .isInstanceOf(LeaseReply.Refused.class);
    LeaseRequest.Want beyond =
        new LeaseRequest.Want(blob(1), new ChunkPlan(10), 1, IndexSet.range(5, 9));
    assertThat(table.apply(1, new LeaseCommand.Acquire(A, List.of(beyond), 9, 9, TTL)))
        .isEqualTo(new LeaseReply.NoneFree(Duration.ZERO));
    long token = grant(table, 1, A, blob(1), 2);
    assertThat(
            table.apply(
                1,
                new LeaseCommand.Complete(
                    A, List.of(new LeaseCommand.Completion(blob(1), -7, token, List.of())))))
        .isEqualTo(new LeaseReply.Accepted(List.of()));
    assertThat(table.apply(1, new LeaseCommand.Renew(B, List.of(token, -1L), TTL)))
        .isEqualTo(new LeaseReply.Accepted(List.of()));
    assertThat(table.openBlobs()).isEqualTo(1);
  }

  @Test
  void anEmptyBlobHasNothingToFetch() {
    assertThat(acquire(table, 1, A, blob(1), 0, 5)).isEmpty();
    assertThat(table.openBlobs()).isZero();
  }

  private static LeaseCommand.Acquire acquireCommand(NodeId node, BlobId blob, int extents, int n) {
    ChunkPlan plan = new ChunkPlan((long) extents * ChunkPlan.CHUNK_SIZE);
    return new LeaseCommand.Acquire(
        node,
        List.of(new LeaseRequest.Want(blob, plan, 1, IndexSet.range(0, extents))),
        n,
        Long.MAX_VALUE,
        TTL);
  }

  private static List<Integer> acquire(
      LeaseTable table, long now, NodeId node, BlobId blob, int extents, int most) {
    return table.apply(now, acquireCommand(node, blob, extents, most))
            instanceof LeaseReply.Granted(List<Grant> grants)
        ? grants.stream().map(Grant::extent).toList()
        : List.of();
  }

  private static long grant(LeaseTable table, long now, NodeId node, BlobId blob, int extents) {
    LeaseReply reply = table.apply(now, acquireCommand(node, blob, extents, 1));
    return ((LeaseReply.Granted) reply).grants().getFirst().token();
  }

  private static boolean complete(
      LeaseTable table, long now, NodeId node, BlobId blob, int extent, long token) {
    List<LeaseCommand.Completion> completions =
        List.of(new LeaseCommand.Completion(blob, extent, token, List.of(digest("x"))));
    return table
        .apply(now, new LeaseCommand.Complete(node, completions))
        .equals(new LeaseReply.Accepted(List.of(token)));
  }

  private static BlobId blob(int i) {
    return new BlobId.Pinned(digest("blob" + i));
  }

  private static Digest digest(String of) {
    return Digest.ofContent(of.getBytes(StandardCharsets.UTF_8));
  }
}
