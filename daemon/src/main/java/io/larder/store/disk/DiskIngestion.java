package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.ChunkWriter;
import io.larder.store.Ingestion;
import java.io.IOException;
import java.util.Optional;

/// The one who fills a [Filling].
final class DiskIngestion implements Ingestion {
  private final DiskStore store;
  private final Filling filling;
  private final Catalog catalog;
  private final BlobCommit commit;
  private final Listeners listeners;
  private volatile boolean closed;

  DiskIngestion(
      DiskStore store, Filling filling, Catalog catalog, BlobCommit commit, Listeners listeners) {
    this.store = store;
    this.filling = filling;
    this.catalog = catalog;
    this.commit = commit;
    this.listeners = listeners;
  }

  @Override
  public BlobId id() {
    return filling.id;
  }

  @Override
  public ChunkPlan plan() {
    return filling.plan;
  }

  @Override
  public IndexSet verified() {
    return filling.verified();
  }

  @Override
  public Digest chunkDigest(int chunk) {
    return filling.chunkDigest(chunk);
  }

  @Override
  public ChunkWriter writer(int chunk) {
    checkOpen();
    filling.claim(chunk);
    return new DiskChunkWriter(this, filling, chunk);
  }

  void verified(int chunk, Digest digest) {
    filling.verified(chunk, digest);
    catalog.allocated(filling, filling.plan.chunk(chunk).length());
    listeners.tell(listener -> listener.verified(filling.id, IndexSet.of(chunk)));
  }

  @Override
  public void discard(IndexSet chunks) {
    checkOpen();
    Optional<IndexSet> left = filling.discard(chunks);
    if (left.isPresent()) {
      listeners.tell(listener -> listener.removed(filling.id));
      // Asked again: a chunk may have been verified, and told of, before the removal was told.
      IndexSet now = filling.verified();
      if (!now.isEmpty()) {
        listeners.tell(listener -> listener.verified(filling.id, now));
      }
    }
  }

  @Override
  public CommitOutcome commit(Optional<Seal> trusted) {
    checkOpen();
    BlobCommit.Result result;
    filling.settling.lock();
    try {
      checkOpen();
      result = commit.run(filling, trusted);
      closed = result.outcome() instanceof CommitOutcome.Committed;
    } catch (IOException e) {
      throw DiskFailure.of("committing " + filling.id, e);
    } finally {
      filling.settling.unlock();
    }
    if (result.outcome() instanceof CommitOutcome.Committed(Seal seal)) {
      result.names().forEach(name -> listeners.tell(listener -> listener.committed(name, seal)));
    }
    return result.outcome();
  }

  void checkOpen() {
    store.checkOpen();
    if (closed) {
      throw new LarderException(
          ErrorKind.CONFLICT, "the ingestion of " + filling.id + " has ended; begin another");
    }
  }

  @Override
  public void close() {
    filling.settling.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      filling.settling.unlock();
    }
    if (catalog.ended(filling)) {
      try {
        filling.remove();
      } catch (IOException e) {
        throw DiskFailure.of("removing what there was of " + filling.id, e);
      } finally {
        catalog.removed(filling.id);
      }
    }
  }
}
