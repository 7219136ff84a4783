package io.larder.fetch;

import io.larder.content.Digest;
import io.larder.store.ChunkWriter;
import io.larder.store.ChunkWriter.Verdict;
import io.larder.store.Ingestion;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One attempt to get one chunk. Whoever fetches writes through it; another fetcher may take the
/// chunk over while this one is slow, after which writing has no effect. Thread-safe. Its lock is
/// held while the store works and tells its listeners, so that nobody may wait for it under a lock
/// of their own.
final class ChunkClaim {
  private static final long YOUNG_NANOS = 300_000_000L;

  private final BlobTask task;
  private final int chunk;
  private final long since = System.nanoTime();
  private final boolean fromPeer;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ChunkWriter writer;
  private boolean over;
  private volatile long written;

  ChunkClaim(BlobTask task, int chunk, boolean fromPeer) {
    this.task = task;
    this.chunk = chunk;
    this.fromPeer = fromPeer;
  }

  BlobTask task() {
    return task;
  }

  int chunk() {
    return chunk;
  }

  /// Appends bytes.
  ///
  /// @return false when the chunk was taken over: the rest need not come
  boolean write(ByteBuffer bytes) {
    lock.lock();
    try {
      if (over) {
        return false;
      }
      ChunkWriter current = writer;
      if (current == null) {
        Ingestion ingestion = task.ingestion();
        current = ingestion.writer(chunk);
        writer = current;
      }
      current.write(bytes);
      written = current.written();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the chunk.
  ///
  /// @return empty when it was taken over
  Optional<Verdict> finish(Optional<Digest> expected) {
    lock.lock();
    try {
      ChunkWriter current = writer;
      if (over || current == null) {
        return Optional.empty();
      }
      over = true;
      writer = null;
      try (current) {
        return Optional.of(current.finish(expected));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Ends the attempt without a result. Idempotent.
  void abandon() {
    lock.lock();
    try {
      drop();
    } finally {
      lock.unlock();
    }
  }

  /// Ends the attempt unless it is in the middle of something, without waiting.
  ///
  /// @return whether it ended
  boolean tryAbandon() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      if (over) {
        return false;
      }
      drop();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void drop() {
    over = true;
    ChunkWriter current = writer;
    writer = null;
    if (current != null) {
      current.close();
    }
  }

  /// How many nanoseconds this attempt will need still, at its pace so far.
  ///
  /// @return empty while it cannot be told, or when it must not be taken over
  Optional<Long> nanosLeft(long now) {
    long age = now - since;
    if (!fromPeer || age < YOUNG_NANOS) {
      return Optional.empty();
    }
    long size = task.plan().chunk(chunk).length();
    long done = Math.max(1, written);
    return Optional.of((long) ((double) age * (size - done) / done));
  }
}
