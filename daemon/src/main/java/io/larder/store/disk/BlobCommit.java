package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import io.larder.store.Ingestion.CommitOutcome;
import io.larder.store.disk.CommitSteps.Step;
import io.larder.store.rocks.Batch;
import io.larder.store.rocks.RocksIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;

/// How a partial blob becomes a blob. The order is this, and every step is on the disk before the
/// next one is made, unless something else is said:
///
/// 1. **Sync** the partial file.
/// 2. **Seal**: find the SHA-256 of the whole. A blob of one chunk has it already; a trusted seal
///    with the Merkle root of our chunk digests gives it; otherwise the file is read and hashed. A
///    mismatch ends here, and nothing has happened.
/// 3. **Decide**: write the seal into the partial blob's record. From here on there is no way back;
///    whoever opens the store next goes on with step 4.
/// 4. **Make read-only** (0444). Becomes durable together with step 5.
/// 5. **Rename** to `blobs/sha256/…`, or delete when equal content is there already.
/// 6. **Sync the directory.**
/// 7. **Index**: in one batch, the blob with its chunk digests and names comes and the partial blob
///    with its chunks goes. Not synced: if power is lost before it is, step 3 is still there, and
///    the next start finds the renamed file and writes the same again.
///
/// So a file under `blobs/` is whole and on the disk before it has its name, a record of a blob is
/// written only when its file is there, and a partial record that is decided always leads to the
/// blob. The order was learnt from containerd's content store (`plugins/content/local/writer.go`),
/// which lacks steps 3 and 6.
final class BlobCommit {
  private final Folders folders;
  private final RocksIndex index;
  private final Catalog catalog;
  private final ContentLocks locks;
  private final CommitSteps steps;

  BlobCommit(
      Folders folders, RocksIndex index, Catalog catalog, ContentLocks locks, CommitSteps steps) {
    this.folders = folders;
    this.index = index;
    this.catalog = catalog;
    this.locks = locks;
    this.steps = steps;
  }

  /// Commits from the first step, or from where an earlier call failed. The caller holds
  /// [Filling#settling].
  Result run(Filling filling, Optional<Seal> trusted) throws IOException {
    Seal seal = filling.decided;
    if (seal == null) {
      List<Digest> chunkDigests = filling.chunkDigests();
      steps.made(Step.STARTED, filling.id);
      Sync.file(filling.file);
      steps.made(Step.SYNCED, filling.id);
      seal = seal(filling, chunkDigests, trusted);
      Optional<Digest> declared = declared(filling.id, trusted);
      if (declared.isPresent() && !declared.get().equals(seal.content())) {
        return new Result(new CommitOutcome.Mismatch(declared.get(), seal.content()), List.of());
      }
      steps.made(Step.SEALED, filling.id);
      decide(filling, seal);
      filling.decided = seal;
      steps.made(Step.DECIDED, filling.id);
    }
    return new Result(new CommitOutcome.Committed(seal), finish(filling, seal));
  }

  private static Seal seal(Filling filling, List<Digest> chunkDigests, Optional<Seal> trusted)
      throws IOException {
    Digest root = Merkle.root(chunkDigests);
    if (chunkDigests.isEmpty()) {
      return new Seal(Digest.ofContent(new byte[0]), root);
    }
    if (chunkDigests.size() == 1) {
      return new Seal(chunkDigests.getFirst(), root);
    }
    if (trusted.isPresent() && trusted.get().merkleRoot().equals(root)) {
      return trusted.get();
    }
    return new Seal(Hashing.whole(filling.file, filling.plan).content(), root);
  }

  /// What the content must be: a name that is a digest says so itself, for a pinned one the cluster
  /// may know.
  private static Optional<Digest> declared(BlobId id, Optional<Seal> trusted) {
    return switch (id) {
      case BlobId.Sha256(Digest digest) -> Optional.of(digest);
      case BlobId.Pinned _ -> trusted.map(Seal::content);
    };
  }

  private void decide(Filling filling, Seal seal) {
    try (Batch batch = index.batch()) {
      batch
          .putPartial(
              new RocksIndex.Partial(
                  filling.id, filling.plan.size(), filling.number, Optional.of(seal)))
          .writeSynced();
    }
  }

  /// Steps 4 to 7. Each may have been made before.
  ///
  /// @return names under which the blob is new
  List<BlobId> finish(Filling filling, Seal seal) throws IOException {
    Path target = folders.blob(seal.content());
    Lock lock = locks.of(seal.content());
    lock.lock();
    try {
      if (catalog.stored(new BlobId.Sha256(seal.content())).isPresent()) {
        Files.deleteIfExists(filling.file);
      } else if (Files.exists(filling.file)) {
        Folders.makeReadOnly(filling.file);
        steps.made(Step.MADE_READ_ONLY, filling.id);
        Files.move(filling.file, target, StandardCopyOption.ATOMIC_MOVE);
        steps.made(Step.RENAMED, filling.id);
      }
      Path directory = target.getParent();
      if (directory != null) {
        Sync.directory(directory);
      }
      steps.made(Step.DIRECTORY_SYNCED, filling.id);
      Instant now = Instant.now();
      try (Batch batch = index.batch()) {
        batch.putBlob(seal, filling.plan.size(), filling.chunkDigests());
        batch.putUse(seal.content(), now);
        if (filling.id instanceof BlobId.Pinned pinned) {
          batch.putAlias(pinned, seal.content());
        }
        batch.deletePartial(filling.id, filling.plan.chunks());
        batch.write();
      }
      steps.made(Step.INDEXED, filling.id);
      return catalog.publish(filling, seal, now);
    } finally {
      lock.unlock();
    }
  }

  /// @param names under which the blob is new, to tell the listeners
  record Result(CommitOutcome outcome, List<BlobId> names) {}
}
