package io.larder.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [Leases] must do. The two nodes belong to one group that lives across the tests of a
/// class, so every test makes its own blobs.
public abstract class LeasesContract {
  protected static final Duration TTL = Duration.ofSeconds(2);

  /// Leases of one node of the group, with a time to live of [#TTL].
  protected abstract Leases first();

  /// Leases of another node of the group.
  protected abstract Leases second();

  protected abstract NodeId firstNode();

  @Test
  void nodesGetDifferentExtentsAndThenNone() throws Exception {
    LeaseRequest.Want want = wantAll(newBlob(), 10);
    List<Lease> mine = granted(first().acquire(new LeaseRequest(List.of(want), 6, Long.MAX_VALUE)));
    List<Lease> theirs =
        granted(second().acquire(new LeaseRequest(List.of(want), 6, Long.MAX_VALUE)));

    assertThat(mine).hasSize(6);
    assertThat(theirs).hasSize(4);
    Set<Integer> extents = new HashSet<>();
    mine.forEach(lease -> extents.add(lease.extent()));
    theirs.forEach(lease -> extents.add(lease.extent()));
    assertThat(extents).hasSize(10);
    assertThat(mine.getFirst().ttl()).isEqualTo(TTL);
    assertThat(second().acquire(new LeaseRequest(List.of(want), 1, 1)))
        .isInstanceOfSatisfying(
            LeaseOutcome.HeldByOthers.class,
            held -> assertThat(held.retryAfter()).isPositive().isLessThanOrEqualTo(TTL));
  }

  @Test
  void bytesAreBoundedButOneExtentIsAlwaysGranted() throws Exception {
    LeaseRequest.Want want = wantAll(newBlob(), 10);
    assertThat(granted(first().acquire(new LeaseRequest(List.of(want), 64, 1)))).hasSize(1);
    assertThat(
            granted(
                first().acquire(new LeaseRequest(List.of(want), 64, 3L * ChunkPlan.CHUNK_SIZE))))
        .hasSize(3);
  }

  @Test
  void smallBlobsAreGrantedTogether() throws Exception {
    List<LeaseRequest.Want> wants =
        IntStream.range(0, 50).mapToObj(i -> wantAll(newBlob(), 1)).toList();
    List<Lease> leases = granted(first().acquire(new LeaseRequest(wants, 64, Long.MAX_VALUE)));
    assertThat(leases).hasSize(50);
    assertThat(leases.stream().map(Lease::blob).distinct()).hasSize(50);
  }

  @Test
  void tokensGrow() throws Exception {
    LeaseRequest request = new LeaseRequest(List.of(wantAll(newBlob(), 4)), 1, 1);
    long last = 0;
    for (Leases node : List.of(first(), second(), first(), second())) {
      long token = granted(node.acquire(request)).getFirst().token();
      assertThat(token).isGreaterThan(last);
      last = token;
    }
  }

  @Test
  void completedExtentsAreDescribedAndNeverGrantedAgain() throws Exception {
    BlobId blob = newBlob();
    LeaseRequest.Want want = wantAll(blob, 3);
    Lease lease = granted(first().acquire(new LeaseRequest(List.of(want), 1, 1))).getFirst();
    List<Digest> digests = List.of(digest("chunk"));

    assertThat(first().complete(Map.of(lease, digests))).containsExactly(lease);
    assertThat(first().complete(Map.of(lease, digests))).as("again").containsExactly(lease);

    BlobState state = described(second(), blob, 0);
    assertThat(state.completed())
        .containsExactly(
            Map.entry(lease.extent(), new BlobState.CompletedExtent(firstNode(), digests)));
    assertThat(second().describe(Map.of(blob, state.version()))).isEmpty();
    List<Lease> rest =
        granted(second().acquire(new LeaseRequest(List.of(want), 64, Long.MAX_VALUE)));
    assertThat(rest).hasSize(2).noneMatch(other -> other.extent() == lease.extent());
  }

  @Test
  void anExpiredLeaseIsGrantedAgainAndItsHolderFencedOff() throws Exception {
    LeaseRequest request = new LeaseRequest(List.of(wantAll(newBlob(), 2)), 1, 1);
    Lease kept = granted(first().acquire(request)).getFirst();
    Lease left = granted(first().acquire(request)).getFirst();
    Lease taken =
        await()
            .atMost(Duration.ofSeconds(10))
            .until(
                () -> {
                  assertThat(first().renew(List.of(kept))).containsExactly(kept);
                  return second().acquire(request) instanceof LeaseOutcome.Granted(var leases)
                      ? leases.getFirst()
                      : null;
                },
                got -> got != null);

    assertThat(taken.extent()).isEqualTo(left.extent());
    assertThat(taken.token()).isGreaterThan(left.token());
    assertThat(first().renew(List.of(left, kept))).containsExactly(kept);
    assertThat(first().complete(Map.of(left, List.of(digest("late"))))).isEmpty();
    assertThat(second().complete(Map.of(taken, List.of(digest("x"))))).containsExactly(taken);
  }

  @Test
  void whatIsReleasedIsFreeAtOnce() throws Exception {
    LeaseRequest request = new LeaseRequest(List.of(wantAll(newBlob(), 1)), 1, 1);
    List<Lease> leases = granted(first().acquire(request));
    first().release(leases);
    assertThat(granted(second().acquire(request))).hasSize(1);
    assertThat(first().renew(leases)).isEmpty();
  }

  @Test
  void aBlobOfOneChunkIsSealedByItsCompletion() throws Exception {
    Digest content = digest(UUID.randomUUID().toString());
    LeaseRequest request = new LeaseRequest(List.of(wantAll(new BlobId.Sha256(content), 1)), 1, 1);
    Lease lease = granted(first().acquire(request)).getFirst();

    assertThat(first().complete(Map.of(lease, List.of(digest("another"))))).isEmpty();
    assertThat(first().complete(Map.of(lease, List.of(content)))).containsExactly(lease);
    assertThat(first().complete(Map.of(lease, List.of(content)))).containsExactly(lease);
    assertThat(described(second(), lease.blob(), 0).seal())
        .contains(new Seal(content, Merkle.root(List.of(content))));
    assertThat(second().acquire(request)).isEqualTo(new LeaseOutcome.HeldByOthers(Duration.ZERO));
  }

  @Test
  void theFirstSealStands() throws Exception {
    BlobId blob = newBlob();
    Map<Lease, List<Digest>> fetched = new LinkedHashMap<>();
    LeaseRequest request = new LeaseRequest(List.of(wantAll(blob, 2)), 2, Long.MAX_VALUE);
    List<Digest> chunks = List.of(digest("0"), digest("1"));
    granted(first().acquire(request))
        .forEach(lease -> fetched.put(lease, List.of(chunks.get(lease.extent()))));
    first().complete(fetched);
    Seal seal = new Seal(digest("whole"), Merkle.root(chunks));
    long size = 2L * ChunkPlan.CHUNK_SIZE;

    assertThat(second().seal(blob, size, new Seal(digest("whole"), digest("wrong")))).isEmpty();
    assertThat(second().seal(blob, size, seal)).contains(seal);
    assertThat(first().seal(blob, size, new Seal(digest("other"), digest("o")))).contains(seal);
    BlobState state = described(first(), blob, 0);
    assertThat(state.seal()).contains(seal);
    assertThat(state.completed()).isEmpty();
  }

  @Test
  void whatIsDiscardedCanBeFetchedAgain() throws Exception {
    BlobId blob = newBlob();
    LeaseRequest request = new LeaseRequest(List.of(wantAll(blob, 2)), 2, Long.MAX_VALUE);
    Map<Lease, List<Digest>> fetched = new LinkedHashMap<>();
    granted(first().acquire(request)).forEach(lease -> fetched.put(lease, List.of(digest("x"))));
    first().complete(fetched);
    long before = described(first(), blob, 0).version();

    second().discard(blob);
    assertThat(described(first(), blob, before).completed()).isEmpty();
    assertThat(granted(second().acquire(request))).hasSize(2);
  }

  @Test
  void lostExtentsAreOpenedAgainOnce() throws Exception {
    BlobId blob = newBlob();
    LeaseRequest.Want want = wantAll(blob, 2);
    LeaseRequest request = new LeaseRequest(List.of(want), 2, Long.MAX_VALUE);
    Map<Lease, List<Digest>> fetched = new LinkedHashMap<>();
    granted(first().acquire(request)).forEach(lease -> fetched.put(lease, List.of(digest("x"))));
    first().complete(fetched);
    long version = described(second(), blob, 0).version();

    second().reopen(blob, IndexSet.of(1), version);
    List<Lease> again = granted(second().acquire(request));
    assertThat(again).extracting(Lease::extent).containsExactly(1);
    second().complete(Map.of(again.getFirst(), List.of(digest("x"))));
    first().reopen(blob, IndexSet.of(1), version);
    assertThat(first().acquire(request))
        .as("the other node has reopened and completed it already")
        .isEqualTo(new LeaseOutcome.HeldByOthers(Duration.ZERO));
  }

  @Test
  void aFreshDecisionWinsOverAProposal() throws Exception {
    Source source = Source.parse("https://example.org/" + UUID.randomUUID());
    Decision one = new Decision(source, "one", digest("m1"), 10);
    Decision two = new Decision(source, "two", digest("m2"), 20);

    assertThat(first().decision(source)).isEmpty();
    assertThat(first().decide(one, Duration.ofMinutes(1))).contains(one);
    assertThat(second().decide(two, Duration.ofMinutes(1))).contains(one);
    await().untilAsserted(() -> assertThat(second().decision(source)).contains(one));
    assertThat(second().decide(two, Duration.ZERO)).contains(two);
    await().untilAsserted(() -> assertThat(first().decision(source)).contains(two));
  }

  @Test
  void contradictionsAreRefusedWithAReason() throws Exception {
    BlobId blob = newBlob();
    granted(first().acquire(new LeaseRequest(List.of(wantAll(blob, 2)), 1, 1)));
    assertThat(second().acquire(new LeaseRequest(List.of(wantAll(blob, 3)), 1, 1)))
        .isInstanceOfSatisfying(
            LeaseOutcome.Unavailable.class,
            refused -> assertThat(refused.reason()).contains("8388608 bytes, not 12582912"));
  }

  @Test
  void theGroupIsHealthy() {
    await()
        .untilAsserted(
            () -> {
              assertThat(first().health().coordinated()).isTrue();
              assertThat(first().health().coordinator()).isPresent();
              assertThat(first().health().voters()).isNotEmpty();
            });
  }

  protected static BlobId newBlob() {
    return new BlobId.Pinned(digest(UUID.randomUUID().toString()));
  }

  protected static Digest digest(String of) {
    return Digest.ofContent(of.getBytes(StandardCharsets.UTF_8));
  }

  /// All extents of a blob that is cut into extents of one chunk.
  protected static LeaseRequest.Want wantAll(BlobId blob, int extents) {
    ChunkPlan plan = new ChunkPlan((long) extents * ChunkPlan.CHUNK_SIZE);
    return new LeaseRequest.Want(blob, plan, 1, IndexSet.range(0, extents));
  }

  protected static List<Lease> granted(LeaseOutcome outcome) {
    assertThat(outcome).isInstanceOf(LeaseOutcome.Granted.class);
    return ((LeaseOutcome.Granted) outcome).leases();
  }

  /// The state of a blob once it is newer than `version` here: reads may lag.
  protected static BlobState described(Leases leases, BlobId blob, long version) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> leases.describe(Map.of(blob, version)).stream().findFirst(), Optional::isPresent)
        .orElseThrow();
  }
}
