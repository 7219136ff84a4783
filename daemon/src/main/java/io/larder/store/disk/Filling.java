package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.rocks.Batch;
import io.larder.store.rocks.RocksIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A partial blob: its file, and which of its chunks are verified. Thread-safe.
///
/// A verified chunk is recorded at once, as not synced; every so often the file is synced and only
/// then the chunks are recorded as synced. After the end of the process, however sudden, synced
/// chunks are trusted and the others are hashed again.
final class Filling {
  final BlobId id;
  final ChunkPlan plan;

  /// Number of its file, see [Folders#partial(BlobId, long)].
  final long number;

  final Path file;

  /// Guarded by the catalog: whether an ingestion is open, how many readers are, and bytes without
  /// blocks on the disk.
  boolean ingesting;

  int handles;
  long unallocated;

  /// What became of it; written under the catalog's lock.
  volatile @Nullable Stored published;

  /// Held while the file is synced, chunks are discarded, or the blob is committed.
  final ReentrantLock settling = new ReentrantLock();

  private final RocksIndex index;
  private final long syncBytes;
  private final @Nullable Digest[] digests;
  private final BitSet verified = new BitSet();
  private final BitSet writing = new BitSet();
  private final BitSet unsynced = new BitSet();
  private long unsyncedBytes;

  /// Its seal, once the commit was decided: from then on there is no way back. Written under
  /// [#settling].
  volatile @Nullable Seal decided;

  private boolean nameSynced;
  private boolean removed;

  Filling(BlobId id, long size, long number, Path file, RocksIndex index, long syncBytes) {
    this.id = id;
    this.plan = new ChunkPlan(size);
    this.number = number;
    this.file = file;
    this.index = index;
    this.syncBytes = syncBytes;
    this.digests = new Digest[plan.chunks()];
  }

  /// Takes over a chunk that is recorded as synced.
  synchronized void restore(int chunk, Digest digest) {
    digests[chunk] = digest;
    verified.set(chunk);
  }

  synchronized IndexSet verified() {
    return IndexSet.copyOf(verified);
  }

  synchronized boolean isComplete() {
    return verified.cardinality() == plan.chunks();
  }

  synchronized Digest chunkDigest(int chunk) {
    Digest digest = chunk >= 0 && chunk < digests.length ? digests[chunk] : null;
    if (digest == null) {
      throw new IllegalStateException("chunk " + chunk + " of " + id + " is not verified");
    }
    return digest;
  }

  /// All chunk digests in order.
  ///
  /// @throws IllegalStateException when chunks are missing
  synchronized List<Digest> chunkDigests() {
    if (!isComplete()) {
      throw new IllegalStateException(
          id + " has " + verified.cardinality() + " of " + plan.chunks() + " chunks");
    }
    List<Digest> all = new ArrayList<>(plan.chunks());
    for (int chunk = 0; chunk < plan.chunks(); chunk++) {
      all.add(chunkDigest(chunk));
    }
    return all;
  }

  /// Claims a chunk for one writer.
  synchronized void claim(int chunk) {
    plan.chunk(chunk);
    if (verified.get(chunk)) {
      throw new LarderException(
          ErrorKind.CONFLICT, "chunk " + chunk + " of " + id + " is verified already");
    }
    if (writing.get(chunk)) {
      throw new LarderException(
          ErrorKind.CONFLICT, "chunk " + chunk + " of " + id + " has another writer");
    }
    writing.set(chunk);
  }

  /// Lets go of a chunk that was not verified.
  synchronized void unclaim(int chunk) {
    writing.clear(chunk);
  }

  /// All bytes of a claimed chunk are written and have this digest. Syncs when enough has come
  /// together.
  void verified(int chunk, Digest digest) {
    boolean enough;
    try (Batch batch = index.batch()) {
      batch.putChunk(id, chunk, new RocksIndex.Chunk(digest, false)).write();
    }
    synchronized (this) {
      digests[chunk] = digest;
      verified.set(chunk);
      writing.clear(chunk);
      unsynced.set(chunk);
      unsyncedBytes += plan.chunk(chunk).length();
      enough = unsyncedBytes >= syncBytes;
    }
    if (enough && settling.tryLock()) {
      try {
        sync();
      } finally {
        settling.unlock();
      }
    }
  }

  /// Syncs unless somebody does so already or commits.
  void syncIfIdle() {
    if (settling.tryLock()) {
      try {
        sync();
      } finally {
        settling.unlock();
      }
    }
  }

  /// Makes verified chunks survive power loss. Under [#settling].
  void sync() {
    if (removed || decided != null) {
      return;
    }
    BitSet chunks;
    synchronized (this) {
      if (unsynced.isEmpty()) {
        return;
      }
      chunks = (BitSet) unsynced.clone();
    }
    try {
      Sync.file(file);
      Path folder = file.getParent();
      if (!nameSynced && folder != null) {
        Sync.directory(folder);
        nameSynced = true;
      }
    } catch (IOException e) {
      throw DiskFailure.of("syncing what there is of " + id, e);
    }
    try (Batch batch = index.batch()) {
      chunks.stream()
          .forEach(
              chunk -> batch.putChunk(id, chunk, new RocksIndex.Chunk(chunkDigest(chunk), true)));
      batch.write();
    }
    synchronized (this) {
      unsynced.andNot(chunks);
      unsyncedBytes = unsynced.stream().mapToLong(chunk -> plan.chunk(chunk).length()).sum();
    }
  }

  /// Removes the file and everything the index knows.
  void remove() throws IOException {
    settling.lock();
    try {
      removed = true;
      Files.deleteIfExists(file);
      try (Batch batch = index.batch()) {
        batch.deletePartial(id, plan.chunks()).write();
      }
    } finally {
      settling.unlock();
    }
  }

  /// Forgets chunks. The index forgets them for good before their bytes can be written over: a
  /// record that came back after power loss would vouch for the wrong bytes.
  ///
  /// @return what is still verified, or empty when nothing was forgotten
  Optional<IndexSet> discard(IndexSet chunks) {
    settling.lock();
    try {
      if (decided != null) {
        throw new LarderException(ErrorKind.CONFLICT, id + " is being committed");
      }
      IndexSet known = verified().intersection(chunks);
      if (known.isEmpty()) {
        return Optional.empty();
      }
      try (Batch batch = index.batch()) {
        known.stream().forEach(chunk -> batch.deleteChunk(id, chunk));
        batch.writeSynced();
      }
      synchronized (this) {
        known.stream()
            .forEach(
                chunk -> {
                  digests[chunk] = null;
                  verified.clear(chunk);
                  unsynced.clear(chunk);
                });
        return Optional.of(IndexSet.copyOf(verified));
      }
    } finally {
      settling.unlock();
    }
  }
}
