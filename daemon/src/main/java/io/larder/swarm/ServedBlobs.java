package io.larder.swarm;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What this node serves to its peers. Implemented over the store, called by the peer server.
/// Thread-safe.
public interface ServedBlobs {
  /// Opens a blob for serving; empty when there is nothing of it. The caller closes.
  Optional<Served> open(BlobId id);

  /// Everything this node can serve wholly or in part.
  List<BlobId> names();

  /// Calls back whenever chunks of these blobs become verified, until the handle is closed. The
  /// first call comes at once, with all that is verified for each blob that is held.
  AutoCloseable follow(Collection<BlobId> blobs, Follower follower);

  /// Hears of chunks.
  interface Follower {
    void verified(BlobId blob, IndexSet chunks);

    void gone(BlobId blob);
  }

  /// An open blob. Only verified chunks may be read.
  interface Served extends AutoCloseable {
    ChunkPlan plan();

    Optional<Seal> seal();

    IndexSet verified();

    /// Of a verified chunk.
    Digest chunkDigest(int chunk);

    FileChannel channel();

    @Override
    void close();
  }
}
