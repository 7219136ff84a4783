package io.larder.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.concurrent.Throttle;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [PeerClient] keeps to.
public abstract class PeerClientContract {
  private static final long SEED = Long.getLong("larder.seed", System.nanoTime());
  private static final int CHUNK = ChunkPlan.CHUNK_SIZE;

  private final InMemoryServedBlobs served = new InMemoryServedBlobs();
  private final Random random = new Random(SEED);
  private PeerClient client;
  private NodeId peer;

  /// Starts a peer that serves these blobs, and a client that can reach it. Both are closed by the
  /// subclass after the test.
  protected abstract Connection connect(ServedBlobs blobs);

  /// @param client under test
  /// @param peer that the client can reach
  /// @param takePeerDown makes the peer unreachable and ends what is under way
  public record Connection(PeerClient client, NodeId peer, Runnable takePeerDown) {}

  private Runnable takePeerDown;

  @BeforeEach
  final void open() {
    System.out.println("-Dlarder.seed=" + SEED);
    Connection connection = connect(served);
    client = connection.client();
    peer = connection.peer();
    takePeerDown = connection.takePeerDown();
  }

  @AfterEach
  final void nothingStaysOpen() {
    await().untilAsserted(() -> assertThat(served.openHandles()).isZero());
  }

  private byte[] content(int size) {
    byte[] content = new byte[size];
    random.nextBytes(content);
    return content;
  }

  private static byte[] chunk(byte[] content, int index) {
    ByteRange range = new ChunkPlan(content.length).chunk(index);
    return Arrays.copyOfRange(content, (int) range.offset(), (int) range.end());
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  @Test
  void readsChunksInTheOrderAsked() throws Exception {
    byte[] content = content(2 * CHUNK + 12345);
    BlobId id = served.add(content);
    List<ChunkRef> refs = List.of(new ChunkRef(id, 2), new ChunkRef(id, 0), new ChunkRef(id, 1));
    CollectingSink sink = new CollectingSink();

    client.read(peer, refs, sink, soon());

    assertThat(sink.completed()).isEqualTo(refs);
    assertThat(sink.missing()).isEmpty();
    for (ChunkRef ref : refs) {
      assertThat(Arrays.equals(sink.content(ref), chunk(content, ref.chunk()))).isTrue();
    }
  }

  @Test
  void readsChunksOfSeveralBlobs() throws Exception {
    byte[] one = content(CHUNK + 1);
    byte[] two = content(1);
    BlobId oneId = served.add(one);
    BlobId twoId = served.add(two);
    List<ChunkRef> refs =
        List.of(new ChunkRef(oneId, 1), new ChunkRef(twoId, 0), new ChunkRef(oneId, 0));
    CollectingSink sink = new CollectingSink();

    client.read(peer, refs, sink, soon());

    assertThat(sink.completed()).isEqualTo(refs);
    assertThat(sink.content(refs.get(1))).isEqualTo(two);
    assertThat(Arrays.equals(sink.content(refs.get(2)), chunk(one, 0))).isTrue();
  }

  @Test
  void readsNothingWhenNothingIsAsked() throws Exception {
    CollectingSink sink = new CollectingSink();
    client.read(peer, List.of(), sink, soon());
    assertThat(sink.completed()).isEmpty();
  }

  @Test
  void reportsWhatThePeerDoesNotServe() throws Exception {
    byte[] content = content(2 * CHUNK);
    BlobId id = new BlobId.Pinned(Digest.ofContent(new byte[] {1}));
    served.begin(id, content);
    served.verify(id, 1);
    BlobId unknown = new BlobId.Sha256(Digest.ofContent(new byte[] {2}));
    List<ChunkRef> refs =
        List.of(
            new ChunkRef(unknown, 0),
            new ChunkRef(id, 0),
            new ChunkRef(id, 1),
            new ChunkRef(id, 77));
    CollectingSink sink = new CollectingSink();

    client.read(peer, refs, sink, soon());

    assertThat(sink.completed()).containsExactly(refs.get(2));
    assertThat(sink.missing()).containsExactly(refs.get(0), refs.get(1), refs.get(3));
    assertThat(Arrays.equals(sink.content(refs.get(2)), chunk(content, 1))).isTrue();
  }

  @Test
  void readsSideBySide() throws Exception {
    byte[] content = content(3 * CHUNK);
    BlobId id = served.add(content);
    try (Scope scope = Scope.open("readers")) {
      List<Future<Boolean>> reads =
          IntStream.range(0, 12)
              .mapToObj(
                  i ->
                      scope.fork(
                          () -> {
                            ChunkRef ref = new ChunkRef(id, i % 3);
                            CollectingSink sink = new CollectingSink();
                            client.read(peer, List.of(ref), sink, soon());
                            return Arrays.equals(sink.content(ref), chunk(content, i % 3));
                          }))
              .toList();
      for (Future<Boolean> read : reads) {
        assertThat(Scope.get(read)).isTrue();
      }
    }
  }

  @Test
  void passesTheSinksFailureOn() {
    BlobId id = served.add(content(CHUNK));
    ChunkSink full =
        new ChunkSink() {
          @Override
          public void write(ChunkRef chunk, ByteBuffer bytes) {
            throw new LarderException(ErrorKind.EXHAUSTED, "the disk is full");
          }

          @Override
          public void complete(ChunkRef chunk) {}

          @Override
          public void missing(ChunkRef chunk) {}
        };
    assertThatThrownBy(() -> client.read(peer, List.of(new ChunkRef(id, 0)), full, soon()))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
  }

  @Test
  void waitsForASlowSink() throws Exception {
    byte[] content = content(3 * CHUNK);
    BlobId id = served.add(content);
    List<ChunkRef> refs = IntStream.range(0, 3).mapToObj(i -> new ChunkRef(id, i)).toList();
    CollectingSink collecting = new CollectingSink();
    Throttle slow = Throttle.of(16 << 20);
    ChunkSink sink =
        new ChunkSink() {
          @Override
          public void write(ChunkRef chunk, ByteBuffer bytes) {
            try {
              slow.take(bytes.remaining());
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            collecting.write(chunk, bytes);
          }

          @Override
          public void complete(ChunkRef chunk) {
            collecting.complete(chunk);
          }

          @Override
          public void missing(ChunkRef chunk) {
            collecting.missing(chunk);
          }
        };
    client.read(peer, refs, sink, soon());
    for (ChunkRef ref : refs) {
      assertThat(Arrays.equals(collecting.content(ref), chunk(content, ref.chunk()))).isTrue();
    }
  }

  @Test
  void aPassedDeadlineEndsARead() {
    BlobId id = served.add(content(CHUNK));
    assertUnavailable(
        () ->
            client.read(
                peer,
                List.of(new ChunkRef(id, 0)),
                new CollectingSink(),
                Deadline.after(Duration.ZERO)));
  }

  @Test
  void anUnknownPeerIsUnavailable() {
    NodeId stranger = new NodeId("stranger");
    BlobId id = served.add(content(10));
    assertUnavailable(
        () -> client.read(stranger, List.of(new ChunkRef(id, 0)), new CollectingSink(), soon()));
    assertUnavailable(() -> client.describe(stranger, List.of(id), soon()));
    Heard heard = new Heard();
    PeerClient.Watch watch = client.watch(stranger, List.of(id), heard);
    await().untilAsserted(() -> assertThat(heard.ended).hasSize(1));
    watch.close();
  }

  @Test
  void aPeerThatGoesDownIsUnavailable() {
    BlobId id = served.add(content(10));
    Heard heard = new Heard();
    PeerClient.Watch watch = client.watch(peer, List.of(id), heard);
    await().untilAsserted(() -> assertThat(heard.chunks(id)).isEqualTo(IndexSet.of(0)));

    takePeerDown.run();

    await().untilAsserted(() -> assertThat(heard.ended).hasSize(1));
    watch.close();
    assertUnavailable(
        () -> client.read(peer, List.of(new ChunkRef(id, 0)), new CollectingSink(), soon()));
    assertUnavailable(() -> client.describe(peer, List.of(id), soon()));
    assertThat(heard.ended).hasSize(1);
  }

  @Test
  void describesWhatThePeerHolds() throws Exception {
    byte[] content = content(CHUNK + 5);
    BlobId sealed = served.add(content);
    BlobId partial = new BlobId.Pinned(Digest.ofContent(new byte[] {3}));
    served.begin(partial, content(3 * CHUNK));
    served.verify(partial, 0, 2);
    BlobId empty = served.add(new byte[0]);
    BlobId unknown = new BlobId.Pinned(Digest.ofContent(new byte[] {4}));

    List<PeerClient.BlobDescription> descriptions =
        client.describe(peer, List.of(unknown, sealed, partial, empty), soon());

    try (ServedBlobs.Served blob = served.open(sealed).orElseThrow()) {
      assertThat(descriptions)
          .containsExactlyInAnyOrder(
              new PeerClient.BlobDescription(
                  sealed,
                  content.length,
                  blob.seal(),
                  IndexSet.of(0, 1),
                  List.of(blob.chunkDigest(0), blob.chunkDigest(1))),
              new PeerClient.BlobDescription(
                  partial, 3L * CHUNK, Optional.empty(), IndexSet.of(0, 2), List.of()),
              new PeerClient.BlobDescription(
                  empty, 0, descriptions.getLast().seal(), IndexSet.empty(), List.of()));
    }
    assertThat(descriptions.getLast().seal()).isPresent();
  }

  @Test
  void watchesWhatThePeerGains() {
    BlobId id = new BlobId.Pinned(Digest.ofContent(new byte[] {5}));
    served.begin(id, content(6 * CHUNK));
    served.verify(id, 0, 3);
    BlobId later = new BlobId.Pinned(Digest.ofContent(new byte[] {6}));
    Heard heard = new Heard();
    try (PeerClient.Watch _ = client.watch(peer, List.of(id, later), heard)) {
      await().untilAsserted(() -> assertThat(heard.chunks(id)).isEqualTo(IndexSet.of(0, 3)));
      served.verify(id, 1);
      served.verify(id, 2, 5);
      served.begin(later, content(10));
      served.verify(later, 0);
      await()
          .untilAsserted(() -> assertThat(heard.chunks(id)).isEqualTo(IndexSet.of(0, 1, 2, 3, 5)));
      await().untilAsserted(() -> assertThat(heard.chunks(later)).isEqualTo(IndexSet.of(0)));
      assertThat(heard.lost(id)).isFalse();

      served.remove(id);
      await().untilAsserted(() -> assertThat(heard.lost(id)).isTrue());
    }
    await().untilAsserted(() -> assertThat(served.followers()).isZero());
    assertThat(heard.ended).isEmpty();
  }

  @Test
  void anInterruptEndsARead() throws Exception {
    BlobId id = served.add(content(2 * CHUNK));
    List<ChunkRef> refs = List.of(new ChunkRef(id, 0), new ChunkRef(id, 1));
    CountDownLatch started = new CountDownLatch(1);
    Throttle crawl = Throttle.of(1 << 20);
    ChunkSink slow =
        new ChunkSink() {
          @Override
          public void write(ChunkRef chunk, ByteBuffer bytes) {
            started.countDown();
            try {
              crawl.take(bytes.remaining());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void complete(ChunkRef chunk) {
            Thread.currentThread().interrupt();
          }

          @Override
          public void missing(ChunkRef chunk) {}
        };
    Scope scope = Scope.open("reader");
    Future<String> read =
        scope.fork(
            () -> {
              try {
                client.read(peer, refs, slow, soon());
                return "done";
              } catch (InterruptedException e) {
                return "interrupted";
              }
            });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    scope.close();
    // Bytes that were there already may have completed the read before the interrupt was seen.
    assertThat(read.get(1, TimeUnit.SECONDS)).isIn("interrupted", "done");
  }

  private interface Failing {
    void run() throws Exception;
  }

  private static void assertUnavailable(Failing call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
  }

  /// Remembers what it hears.
  private static final class Heard implements PeerClient.AvailabilityListener {
    private final Map<BlobId, IndexSet> chunks = new HashMap<>();
    private final Set<BlobId> gone = new HashSet<>();
    final List<String> ended = new ArrayList<>();

    @Override
    public synchronized void available(BlobId blob, IndexSet more) {
      chunks.merge(blob, more, IndexSet::union);
    }

    @Override
    public synchronized void gone(BlobId blob) {
      gone.add(blob);
    }

    @Override
    public synchronized void ended(String reason) {
      ended.add(reason);
    }

    synchronized IndexSet chunks(BlobId blob) {
      return chunks.getOrDefault(blob, IndexSet.empty());
    }

    synchronized boolean lost(BlobId blob) {
      return gone.contains(blob);
    }
  }
}
