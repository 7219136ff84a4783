package io.larder.fetch;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.store.BlobHandle;
import io.larder.store.BlobReader;
import io.larder.store.Subscription;
import io.larder.store.VerifiedListener;
import io.larder.swarm.ServedBlobs;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What this node serves to its peers: what its store holds. Thread-safe.
public final class StoreServedBlobs implements ServedBlobs {
  private final BlobReader store;

  public StoreServedBlobs(BlobReader store) {
    this.store = store;
  }

  @Override
  public Optional<Served> open(BlobId id) {
    return store.open(id).map(ServedHandle::new);
  }

  @Override
  public List<BlobId> names() {
    return store.names();
  }

  @Override
  public AutoCloseable follow(Collection<BlobId> blobs, Follower follower) {
    Set<BlobId> followed = Set.copyOf(blobs);
    Subscription subscription =
        store.onVerified(
            new VerifiedListener() {
              @Override
              public void verified(BlobId blob, IndexSet chunks) {
                if (followed.contains(blob)) {
                  follower.verified(blob, chunks);
                }
              }

              @Override
              public void committed(BlobId blob, Seal seal) {
                // Its chunks were told of one by one, unless the blob was here before under another
                // name.
                if (followed.contains(blob)) {
                  held(blob, follower);
                }
              }

              @Override
              public void removed(BlobId blob) {
                if (followed.contains(blob)) {
                  follower.gone(blob);
                }
              }
            });
    followed.forEach(blob -> held(blob, follower));
    return subscription;
  }

  private void held(BlobId blob, Follower follower) {
    Optional<BlobHandle> found = store.open(blob);
    if (found.isPresent()) {
      try (BlobHandle handle = found.get()) {
        IndexSet verified = handle.verified();
        if (!verified.isEmpty()) {
          follower.verified(blob, verified);
        }
      }
    }
  }

  private record ServedHandle(BlobHandle handle) implements Served {
    @Override
    public ChunkPlan plan() {
      return handle.plan();
    }

    @Override
    public Optional<Seal> seal() {
      return handle.seal();
    }

    @Override
    public IndexSet verified() {
      return handle.verified();
    }

    @Override
    public Digest chunkDigest(int chunk) {
      return handle.chunkDigest(chunk);
    }

    @Override
    public FileChannel channel() {
      return handle.channel();
    }

    @Override
    public void close() {
      handle.close();
    }
  }
}
