package io.larder.store;

import static io.larder.content.ChunkPlan.CHUNK_SIZE;
import static io.larder.store.TestBlobs.bytes;
import static io.larder.store.TestBlobs.pinned;
import static io.larder.store.TestBlobs.put;
import static io.larder.store.TestBlobs.read;
import static io.larder.store.TestBlobs.sha256;
import static io.larder.store.TestBlobs.write;
import static io.larder.store.TestBlobs.writeMissing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.ChunkWriter.Verdict;
import io.larder.store.Ingestion.CommitOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every [ContentStore] does.
public abstract class ContentStoreContract {
  protected static final long CAPACITY = 64L << 20;

  private final byte[] content = bytes(7, 2 * CHUNK_SIZE + 12_345);
  private final BlobId id = sha256(content);
  protected ContentStore store;

  /// An empty store with room for [#CAPACITY] bytes, on the file system of `folder` when it is on
  /// one at all.
  protected abstract ContentStore create(Path folder) throws IOException;

  @BeforeEach
  void createStore(@TempDir Path folder) throws IOException {
    store = create(folder);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void whatIsCommittedIsReadBack() {
    assertThat(store.open(id)).isEmpty();
    assertThat(store.find(id)).isEmpty();
    Seal seal = put(store, id, content);
    assertThat(seal.content()).isEqualTo(id.digest());
    assertThat(read(store, id)).isEqualTo(content);
    BlobInfo info = store.find(id).orElseThrow();
    assertThat(info.seal()).isEqualTo(seal);
    assertThat(info.size()).isEqualTo(content.length);
    assertThat(store.list()).containsExactly(info);
    assertThat(store.names()).containsExactly(id);
    BlobId other = pinned("other");
    assertThat(store.missing(List.of(other, id))).containsExactly(other);
  }

  @Test
  void chunksAreReadableOneByOneWhileTheBlobIsFilled() throws IOException {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation);
        BlobHandle handle = store.open(id).orElseThrow()) {
      assertThat(handle.verified().isEmpty()).isTrue();
      assertThat(store.find(id)).isEmpty();
      assertThat(store.names()).containsExactly(id);
      Digest digest = write(ingestion, 1, content);
      assertThat(handle.verified()).isEqualTo(IndexSet.of(1));
      assertThat(handle.chunkDigest(1)).isEqualTo(digest);
      assertThat(ingestion.chunkDigest(1)).isEqualTo(digest);
      assertThatThrownBy(() -> handle.chunkDigest(0)).isInstanceOf(IllegalStateException.class);
      assertThat(Digest.ofContent(read(handle, handle.plan().chunk(1)))).isEqualTo(digest);
      FileChannel before = handle.channel();
      writeMissing(ingestion, content);
      Seal seal = ((CommitOutcome.Committed) ingestion.commit(Optional.empty())).seal();
      assertThat(handle.seal()).contains(seal);
      assertThat(before.isOpen()).isTrue();
      assertThat(before.size()).isEqualTo(content.length);
      assertThat(read(handle, handle.plan().chunk(2)).length).isEqualTo(12_345);
    }
  }

  @Test
  void aWrongChunkIsNotVerifiedAndCanBeWrittenAgain() {
    Digest expected = Digest.ofContent(bytes(1, 5));
    BlobId small = new BlobId.Sha256(expected);
    try (Reservation reservation = TestBlobs.reserve(store, small, 5);
        Ingestion ingestion = store.begin(small, reservation)) {
      try (ChunkWriter writer = ingestion.writer(0)) {
        writer.write(ByteBuffer.wrap(bytes(2, 5)));
        assertThat(writer.written()).isEqualTo(5);
        assertThat(writer.finish(Optional.of(expected)))
            .isEqualTo(new Verdict.Mismatch(expected, Digest.ofContent(bytes(2, 5))));
      }
      assertThat(ingestion.verified().isEmpty()).isTrue();
      assertThatThrownBy(() -> ingestion.commit(Optional.empty()))
          .isInstanceOf(IllegalStateException.class);
      write(ingestion, 0, bytes(1, 5));
      assertThat(ingestion.commit(Optional.empty())).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  @Test
  void aChunkHasOneWriterAndExactlyItsBytes() {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      ChunkWriter first = ingestion.writer(2);
      refused(ErrorKind.CONFLICT, () -> ingestion.writer(2));
      first.write(ByteBuffer.wrap(content, 0, 12_344));
      refused(ErrorKind.INVALID, () -> first.write(ByteBuffer.wrap(content, 0, 2)));
      refused(ErrorKind.INVALID, () -> first.finish(Optional.empty()));
      first.close();
      write(ingestion, 2, content);
      refused(ErrorKind.CONFLICT, () -> ingestion.writer(2));
      assertThatThrownBy(() -> ingestion.writer(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void verifiedChunksStayForTheNextAttempt() {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      write(ingestion, 0, content);
      refused(ErrorKind.CONFLICT, () -> store.begin(id, reservation));
    }
    assertThat(store.usage().used()).isEqualTo(content.length);
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      assertThat(ingestion.verified()).isEqualTo(IndexSet.of(0));
      writeMissing(ingestion, content);
      ingestion.commit(Optional.empty());
    }
    assertThat(read(store, id)).isEqualTo(content);
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length)) {
      refused(ErrorKind.CONFLICT, () -> store.begin(id, reservation));
    }
  }

  @Test
  void contentThatIsNotWhatItsNameSaysIsNotPublished() {
    byte[] other = content.clone();
    other[CHUNK_SIZE + 3] ^= 1;
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      writeMissing(ingestion, other);
      assertThat(ingestion.commit(Optional.empty()))
          .isEqualTo(new CommitOutcome.Mismatch(id.digest(), Digest.ofContent(other)));
      assertThat(store.find(id)).isEmpty();
      ingestion.discard(IndexSet.of(1));
      assertThat(ingestion.verified()).isEqualTo(IndexSet.of(0, 2));
      writeMissing(ingestion, content);
      assertThat(ingestion.commit(Optional.empty())).isInstanceOf(CommitOutcome.Committed.class);
    }
    assertThat(read(store, id)).isEqualTo(content);
  }

  @Test
  void aTrustedSealSettlesTheContentOfAPinnedBlob() {
    BlobId name = pinned("model");
    try (Reservation reservation = TestBlobs.reserve(store, name, content.length);
        Ingestion ingestion = store.begin(name, reservation)) {
      writeMissing(ingestion, content);
      Digest root = Merkle.root(List.of(0, 1, 2).stream().map(ingestion::chunkDigest).toList());
      Seal wrong = new Seal(Digest.ofContent(new byte[1]), Digest.ofContent(new byte[2]));
      assertThat(ingestion.commit(Optional.of(wrong)))
          .isEqualTo(new CommitOutcome.Mismatch(wrong.content(), id.digest()));
      Seal right = new Seal(id.digest(), root);
      assertThat(ingestion.commit(Optional.of(right)))
          .isEqualTo(new CommitOutcome.Committed(right));
    }
    assertThat(read(store, name)).isEqualTo(content);
    assertThat(read(store, id)).isEqualTo(content);
  }

  @Test
  void equalContentUnderTwoNamesIsStoredOnce() {
    BlobId name = pinned("model");
    try (Reservation reservation = TestBlobs.reserve(store, name, content.length);
        Ingestion ingestion = store.begin(name, reservation);
        BlobHandle early = store.open(name).orElseThrow()) {
      writeMissing(ingestion, content);
      put(store, id, content);
      ingestion.commit(Optional.empty());
      assertThat(read(early, early.plan().chunk(1))).hasSize(CHUNK_SIZE);
      assertThat(store.usage().used()).isEqualTo(content.length);
    }
    assertThat(store.list()).extracting(BlobInfo::id).containsExactly(id);
    assertThat(store.names()).containsExactlyInAnyOrder(id, name);
    assertThat(store.find(name).orElseThrow().id()).isEqualTo(name);
    assertThat(read(store, name)).isEqualTo(content);
    assertThat(store.remove(name)).isEqualTo(content.length);
    assertThat(store.names()).isEmpty();
    assertThat(store.usage().used()).isZero();
  }

  @Test
  void emptyBlobs() {
    BlobId empty = sha256(new byte[0]);
    Seal seal = put(store, empty, new byte[0]);
    assertThat(seal).isEqualTo(new Seal(empty.digest(), empty.digest()));
    assertThat(put(store, pinned("empty"), new byte[0])).isEqualTo(seal);
    assertThat(read(store, empty)).isEmpty();
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void spaceIsReservedBeforeTheFirstByte() {
    Reservation reservation = TestBlobs.reserve(store, id, 40L << 20);
    assertThat(store.usage()).isEqualTo(new Ingester.Usage(CAPACITY, 0, 40L << 20, 0));
    BlobId other = pinned("other");
    assertThat(store.reserve(Map.of(other, 30L << 20, id, 40L << 20)))
        .isEqualTo(new ReservationOutcome.Short(30L << 20, 24L << 20, CAPACITY));
    // The same blob again costs nothing, and stays reserved until the last one lets go.
    TestBlobs.reserve(store, id, 40L << 20).close();
    assertThat(store.usage().reserved()).isEqualTo(40L << 20);
    reservation.close();
    reservation.close();
    assertThat(store.usage().reserved()).isZero();
    TestBlobs.reserve(store, other, CAPACITY).close();
    assertThat(store.reserve(Map.of(other, CAPACITY + 1)))
        .isInstanceOf(ReservationOutcome.Short.class);
  }

  @Test
  void beginWantsAnOpenReservationOfTheRightSize() {
    Reservation reservation = TestBlobs.reserve(store, id, content.length);
    refused(ErrorKind.INVALID, () -> store.begin(pinned("other"), reservation));
    store.begin(id, reservation).close();
    reservation.close();
    refused(ErrorKind.INVALID, () -> store.begin(id, reservation));
    refused(ErrorKind.INVALID, () -> store.reserve(Map.of(id, 1L)));
  }

  @Test
  void whatIsInUseIsNotRemoved() {
    Reservation reservation = TestBlobs.reserve(store, id, content.length);
    try (Ingestion ingestion = store.begin(id, reservation)) {
      refused(ErrorKind.CONFLICT, () -> store.remove(id));
      writeMissing(ingestion, content);
      ingestion.commit(Optional.empty());
    }
    refused(ErrorKind.CONFLICT, () -> store.remove(id));
    reservation.close();
    BlobHandle handle = store.open(id).orElseThrow();
    refused(ErrorKind.CONFLICT, () -> store.remove(id));
    handle.close();
    handle.close();
    assertThat(store.remove(id)).isEqualTo(content.length);
    assertThat(store.remove(id)).isZero();
    assertThat(store.open(id)).isEmpty();
    assertThat(store.find(id)).isEmpty();
    assertThat(store.usage()).isEqualTo(new Ingester.Usage(CAPACITY, 0, 0, 0));
  }

  @Test
  void partialBlobsAreRemovedWithWhatWasVerified() {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      write(ingestion, 0, content);
    }
    assertThat(store.remove(id)).isEqualTo(content.length);
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      assertThat(ingestion.verified().isEmpty()).isTrue();
    }
  }

  @Test
  void linksAreFurtherNamesInTheFileSystem(@TempDir Path folder) throws IOException {
    Path target = folder.resolve("weights.bin");
    refused(ErrorKind.NOT_FOUND, () -> store.link(id, target));
    put(store, id, content);
    store.link(id, target);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
    refused(ErrorKind.CONFLICT, () -> store.link(id, target));
    store.remove(id);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
  }

  @Test
  void useIsRemembered() {
    put(store, id, content);
    Instant before = store.find(id).orElseThrow().lastUsed();
    store.touch(List.of(id, pinned("unknown")));
    Instant touched = store.find(id).orElseThrow().lastUsed();
    assertThat(touched).isAfterOrEqualTo(before);
    store.open(id).orElseThrow().close();
    assertThat(store.find(id).orElseThrow().lastUsed()).isAfterOrEqualTo(touched);
  }

  @Test
  void listenersHearWhatBecomesReadableAndWhatGoes() {
    List<String> heard = new CopyOnWriteArrayList<>();
    Subscription subscription = store.onVerified(new NotingListener(heard));
    BlobId name = pinned("model");
    try (Reservation reservation = TestBlobs.reserve(store, name, content.length);
        Ingestion ingestion = store.begin(name, reservation)) {
      write(ingestion, 2, content);
      write(ingestion, 0, content);
      ingestion.discard(IndexSet.of(2));
      writeMissing(ingestion, content);
      ingestion.commit(Optional.empty());
    }
    assertThat(heard)
        .startsWith(
            "verified " + name + " {2}",
            "verified " + name + " {0}",
            "removed " + name,
            "verified " + name + " {0}",
            "verified " + name + " {1}",
            "verified " + name + " {2}");
    assertThat(heard.subList(6, heard.size()))
        .containsExactlyInAnyOrder("committed " + name, "committed " + id);
    heard.clear();
    store.remove(id);
    assertThat(heard).containsExactlyInAnyOrder("removed " + name, "removed " + id);
    subscription.close();
    put(store, id, content);
    assertThat(heard).hasSize(2);
  }

  @Test
  void chunksAreWrittenInParallel() throws InterruptedException {
    byte[] large = bytes(3, 6 * CHUNK_SIZE + 1);
    BlobId name = sha256(large);
    try (Reservation reservation = TestBlobs.reserve(store, name, large.length);
        Ingestion ingestion = store.begin(name, reservation);
        Scope scope = Scope.open("writers")) {
      for (int chunk = 0; chunk < ingestion.plan().chunks(); chunk++) {
        int mine = chunk;
        scope.fork(() -> write(ingestion, mine, large));
      }
      scope.join(Deadline.after(Duration.ofSeconds(30)));
      ingestion.commit(Optional.empty());
    }
    assertThat(read(store, name)).isEqualTo(large);
  }

  @Test
  void anInterruptedWriterOrReaderHarmsNobodyElse() throws InterruptedException {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation);
        BlobHandle handle = store.open(id).orElseThrow()) {
      CountDownLatch failed = new CountDownLatch(1);
      try (Scope scope = Scope.open("interrupted");
          ChunkWriter other = ingestion.writer(1)) {
        other.write(ByteBuffer.wrap(content, CHUNK_SIZE, 10));
        scope.fork(
            () -> {
              try (ChunkWriter writer = ingestion.writer(0)) {
                Thread.currentThread().interrupt();
                refused(ErrorKind.UNAVAILABLE, () -> writer.write(ByteBuffer.wrap(content, 0, 10)));
              }
              assertThatThrownBy(() -> handle.channel().read(ByteBuffer.allocate(1), 0))
                  .isInstanceOf(java.nio.channels.ClosedByInterruptException.class);
              failed.countDown();
              return true;
            });
        failed.await();
        scope.join(Deadline.after(Duration.ofSeconds(10)));
        other.write(ByteBuffer.wrap(content, CHUNK_SIZE + 10, CHUNK_SIZE - 10));
        assertThat(other.finish(Optional.empty())).isInstanceOf(Verdict.Verified.class);
      }
      assertThat(read(handle, handle.plan().chunk(1))).hasSize(CHUNK_SIZE);
      writeMissing(ingestion, content);
      assertThat(ingestion.commit(Optional.empty())).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  @Test
  void anEndedIngestionTakesNothing() {
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length)) {
      Ingestion ingestion = store.begin(id, reservation);
      ChunkWriter writer = ingestion.writer(0);
      ingestion.close();
      ingestion.close();
      refused(ErrorKind.CONFLICT, () -> ingestion.writer(1));
      refused(ErrorKind.CONFLICT, () -> writer.write(ByteBuffer.wrap(content, 0, 1)));
      writer.close();
    }
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    refused(ErrorKind.UNAVAILABLE, () -> store.find(id));
    refused(ErrorKind.UNAVAILABLE, () -> store.open(id));
    refused(ErrorKind.UNAVAILABLE, () -> store.reserve(Map.of(id, 1L)));
  }

  protected static void refused(ErrorKind kind, ThrowingCallable call) {
    LarderException e = catchThrowableOfType(LarderException.class, call);
    assertThat(e).as("a refusal of kind " + kind).isNotNull();
    assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
    assertThat(e.getMessage()).doesNotContain("\n");
  }

  private record NotingListener(List<String> heard) implements VerifiedListener {
    @Override
    public void verified(BlobId blob, IndexSet chunks) {
      heard.add("verified " + blob + " " + chunks);
    }

    @Override
    public void committed(BlobId blob, Seal seal) {
      heard.add("committed " + blob);
    }

    @Override
    public void removed(BlobId blob) {
      heard.add("removed " + blob);
    }
  }
}
