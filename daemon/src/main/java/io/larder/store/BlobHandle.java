package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// An open blob, complete or still being filled. While it is open the blob is not removed. Only
/// verified chunks may be read from the channel. Thread-safe; the opener closes.
public interface BlobHandle extends AutoCloseable {
  BlobId id();

  ChunkPlan plan();

  /// Present once the blob is committed.
  Optional<Seal> seal();

  /// The chunks that may be read. Grows while the blob is being filled; shrinks only by
  /// [Ingestion#discard].
  IndexSet verified();

  /// The digest of a verified chunk.
  ///
  /// @throws IllegalStateException when the chunk is not verified
  Digest chunkDigest(int chunk);

  /// The file, positioned reads only. Survives commit: the same bytes under the same channel. An
  /// interrupt during a read closes a channel, as always in Java: ask again each time instead of
  /// keeping it, and a fresh one is there. Closed together with the handle.
  FileChannel channel();

  @Override
  void close();
}
