package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import java.util.Optional;

/// A blob being filled. Chunks are written in any order and in parallel, each by one writer at a
/// time. Closing without commit keeps the verified chunks for the next attempt. Thread-safe; the
/// opener closes.
public interface Ingestion extends AutoCloseable {
  BlobId id();

  ChunkPlan plan();

  /// Verified chunks.
  IndexSet verified();

  /// The digest of a verified chunk.
  Digest chunkDigest(int chunk);

  /// Writes one chunk that is not verified yet, from its first byte to its last.
  ///
  /// @throws io.larder.error.LarderException CONFLICT when the chunk is verified or another writer
  ///   has it
  ChunkWriter writer(int chunk);

  /// Forgets chunks that turned out not to belong to the blob.
  void discard(IndexSet chunks);

  /// Publishes the blob: all chunks must be verified. Without a trusted seal, or when the seal's
  /// Merkle root is not the root of our chunk digests, the whole content is hashed. Once this
  /// returns [CommitOutcome.Committed], the blob survives power loss.
  ///
  /// @param trusted what the cluster has sealed, when it has
  /// @throws IllegalStateException when chunks are missing
  CommitOutcome commit(Optional<Seal> trusted);

  @Override
  void close();

  /// What came of a commit.
  sealed interface CommitOutcome {
    record Committed(Seal seal) implements CommitOutcome {}

    /// The whole content is not what the blob's name declares, or, for a blob without a declared
    /// digest, not what the cluster has sealed. Nothing was published; the chunks are still marked
    /// verified until [Ingestion#discard].
    record Mismatch(Digest declared, Digest actual) implements CommitOutcome {}
  }
}
