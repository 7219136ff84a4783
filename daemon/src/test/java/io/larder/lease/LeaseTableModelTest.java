package io.larder.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.lease.LeaseReply.Grant;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;

/// Random histories on a [LeaseTable] and on a naive model side by side. The model knows per extent
/// who was granted it last, until when, and whether it is complete; which of the free extents are
/// granted is the table's choice, whether they were free is checked. A second table is replaced by
/// its own image every now and then: it must answer the same.
class LeaseTableModelTest {
  private static final int BLOBS = 4;
  private static final int NODES = 3;
  private static final int MOST_EXTENTS = 9;
  private static final long TTL = 1000;

  private final long seed = Long.getLong("larder.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final List<Integer> sizes = new ArrayList<>();
  private final Map<Place, Cell> cells = new HashMap<>();
  private final Map<Integer, Seal> seals = new HashMap<>();
  private final Map<Integer, Long> versions = new HashMap<>();
  private final List<Given> given = new ArrayList<>();
  private LeaseTable table = new LeaseTable(TableBounds.DEFAULT);
  private LeaseTable twin = new LeaseTable(TableBounds.DEFAULT);
  private long now = 1_000_000;
  private long lastToken;

  private record Place(int blob, int extent) {}

  private record Given(Place place, long token, int node) {}

  private static final class Cell {
    long token;
    int node;
    long expires;
    boolean complete;
  }

  @RepeatedTest(20)
  void behavesLikeTheModel() {
    System.out.println("LeaseTableModelTest -Dlarder.seed=" + seed);
    for (int i = 0; i < BLOBS; i++) {
      sizes.add(2 + random.nextInt(MOST_EXTENTS - 1));
    }
    for (int step = 0; step < 2000; step++) {
      now += random.nextInt(10) == 0 ? random.nextInt(1500) : random.nextInt(20);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> acquire();
        case 4, 5, 6 -> complete();
        case 7, 8 -> renew();
        case 9 -> release();
        case 10 -> seal();
        default -> {
          if (random.nextInt(4) == 0) {
            discard();
          }
        }
      }
      checkStates();
      if (random.nextInt(50) == 0) {
        twin = new LeaseTable(TableBounds.DEFAULT, twin.image());
      }
    }
    assertThat(twin.image()).isEqualTo(table.image());
  }

  private LeaseReply apply(LeaseCommand command) {
    // The leader's clock may jump back.
    long stamp = random.nextInt(10) == 0 ? now - random.nextInt(5000) : now;
    if (stamp < now) {
      LeaseCommand nothing = new LeaseCommand.Release(node(0), List.of());
      table.apply(now, nothing);
      twin.apply(now, nothing);
    }
    LeaseReply reply = table.apply(stamp, command);
    assertThat(twin.apply(stamp, command)).isEqualTo(reply);
    return reply;
  }

  private void acquire() {
    int node = random.nextInt(NODES);
    List<LeaseRequest.Want> wants = new ArrayList<>();
    Set<Place> wanted = new HashSet<>();
    for (int blob = 0; blob < BLOBS; blob++) {
      if (random.nextBoolean()) {
        Set<Integer> extents = new HashSet<>();
        for (int extent = 0; extent < sizes.get(blob); extent++) {
          if (random.nextInt(3) > 0) {
            extents.add(extent);
            wanted.add(new Place(blob, extent));
          }
        }
        wants.add(new LeaseRequest.Want(blob(blob), plan(blob), 1, IndexSet.of(extents)));
      }
    }
    int most = 1 + random.nextInt(5);
    LeaseReply reply =
        apply(
            new LeaseCommand.Acquire(
                node(node), wants, most, Long.MAX_VALUE, Duration.ofMillis(TTL)));
    long free = wanted.stream().filter(this::isFree).count();
    List<Grant> grants = reply instanceof LeaseReply.Granted(List<Grant> some) ? some : List.of();
    assertThat(grants).hasSize((int) Math.min(most, free));
    if (grants.isEmpty()) {
      long first =
          wanted.stream()
              .filter(place -> !isComplete(place))
              .mapToLong(place -> cells.get(place).expires - now)
              .min()
              .orElse(0);
      assertThat(reply).isEqualTo(new LeaseReply.NoneFree(Duration.ofMillis(first)));
    }
    for (Grant grant : grants) {
      Place place = new Place(indexOf(grant.blob()), grant.extent());
      assertThat(wanted).contains(place);
      assertThat(isFree(place)).as("%s was free", place).isTrue();
      assertThat(grant.token()).isGreaterThan(lastToken);
      lastToken = grant.token();
      Cell cell = cells.computeIfAbsent(place, p -> new Cell());
      cell.token = grant.token();
      cell.node = node;
      cell.expires = now + TTL;
      given.add(new Given(place, grant.token(), node));
    }
  }

  private void complete() {
    if (given.isEmpty()) {
      return;
    }
    Given one = given.get(random.nextInt(given.size()));
    Cell cell = Objects.requireNonNull(cells.get(one.place));
    boolean sealed = seals.containsKey(one.place.blob);
    boolean expected = !sealed && cell.token == one.token && cell.node == one.node;
    LeaseReply reply =
        apply(
            new LeaseCommand.Complete(
                node(one.node),
                List.of(
                    new LeaseCommand.Completion(
                        blob(one.place.blob),
                        one.place.extent,
                        one.token,
                        List.of(chunk(one.place))))));
    assertThat(reply).isEqualTo(new LeaseReply.Accepted(expected ? List.of(one.token) : List.of()));
    if (expected) {
      cell.complete = true;
    }
  }

  private void renew() {
    if (given.isEmpty()) {
      return;
    }
    Given one = given.get(random.nextInt(given.size()));
    Cell cell = Objects.requireNonNull(cells.get(one.place));
    boolean expected = !isComplete(one.place) && cell.token == one.token && cell.node == one.node;
    assertThat(
            apply(
                new LeaseCommand.Renew(node(one.node), List.of(one.token), Duration.ofMillis(TTL))))
        .isEqualTo(new LeaseReply.Accepted(expected ? List.of(one.token) : List.of()));
    if (expected) {
      cell.expires = now + TTL;
    }
  }

  private void release() {
    if (given.isEmpty()) {
      return;
    }
    Given one = given.get(random.nextInt(given.size()));
    Cell cell = Objects.requireNonNull(cells.get(one.place));
    int by = random.nextInt(NODES);
    boolean expected =
        !isComplete(one.place)
            && cell.token == one.token
            && cell.node == one.node
            && by == one.node;
    assertThat(apply(new LeaseCommand.Release(node(by), List.of(one.token))))
        .isEqualTo(new LeaseReply.Accepted(expected ? List.of(one.token) : List.of()));
    if (expected) {
      cell.token = 0;
      cell.expires = 0;
    }
  }

  private void seal() {
    int blob = random.nextInt(BLOBS);
    List<Digest> chunks = new ArrayList<>();
    boolean whole = true;
    for (int extent = 0; extent < sizes.get(blob); extent++) {
      Cell cell = cells.get(new Place(blob, extent));
      whole &= cell != null && cell.complete;
      chunks.add(chunk(new Place(blob, extent)));
    }
    if (!whole) {
      return;
    }
    Seal seal = new Seal(digest("content" + random.nextInt()), Merkle.root(chunks));
    LeaseReply reply =
        apply(new LeaseCommand.SealBlob(node(0), blob(blob), plan(blob).size(), seal));
    assertThat(reply).isEqualTo(new LeaseReply.SealStands(seals.computeIfAbsent(blob, b -> seal)));
  }

  private void discard() {
    int blob = random.nextInt(BLOBS);
    apply(new LeaseCommand.Discard(node(0), blob(blob)));
    seals.remove(blob);
    cells.forEach(
        (place, cell) -> {
          if (place.blob == blob && cell.complete) {
            cell.complete = false;
            cell.token = 0;
            cell.expires = 0;
          }
        });
  }

  private void checkStates() {
    for (int blob = 0; blob < BLOBS; blob++) {
      for (BlobState state : table.describe(Map.of(blob(blob), 0L))) {
        int index = blob;
        assertThat(state.version()).isGreaterThanOrEqualTo(versions.getOrDefault(blob, 0L));
        versions.put(blob, state.version());
        assertThat(state.seal().orElse(null)).isEqualTo(seals.get(blob));
        for (int extent = 0; extent < sizes.get(blob); extent++) {
          Cell cell = cells.get(new Place(index, extent));
          boolean complete = cell != null && cell.complete && state.seal().isEmpty();
          assertThat(state.completed().containsKey(extent)).isEqualTo(complete);
        }
      }
    }
  }

  private boolean isComplete(Place place) {
    Cell cell = cells.get(place);
    return seals.containsKey(place.blob) || (cell != null && cell.complete);
  }

  private boolean isFree(Place place) {
    Cell cell = cells.get(place);
    return !isComplete(place) && (cell == null || cell.expires <= now);
  }

  private ChunkPlan plan(int blob) {
    return new ChunkPlan((long) sizes.get(blob) * ChunkPlan.CHUNK_SIZE);
  }

  private static BlobId blob(int index) {
    return new BlobId.Pinned(digest("blob" + index));
  }

  private static int indexOf(BlobId id) {
    for (int i = 0; i < BLOBS; i++) {
      if (blob(i).equals(id)) {
        return i;
      }
    }
    throw new AssertionError(id);
  }

  private static NodeId node(int index) {
    return new NodeId("node" + index);
  }

  private static Digest chunk(Place place) {
    return digest("chunk" + place);
  }

  private static Digest digest(String of) {
    return Digest.ofContent(of.getBytes(StandardCharsets.UTF_8));
  }
}
