package io.larder.swarm;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Talks to other daemons. Thread-safe. Failures are [io.larder.error.LarderException]s of kind
/// UNAVAILABLE (the peer cannot be reached, broke off or stalled) unless something else is said.
public interface PeerClient extends AutoCloseable {
  /// Follows what a peer holds of some blobs, until closed.
  ///
  /// @param listener called by one thread at a time, first with everything the peer holds
  Watch watch(NodeId peer, Collection<BlobId> blobs, AvailabilityListener listener);

  /// Reads chunks from a peer into a sink, and returns when all were completed or reported missing.
  ///
  /// @param deadline for the whole; a stall (no byte for a stated time) ends it earlier
  void read(NodeId peer, List<ChunkRef> chunks, ChunkSink sink, Deadline deadline)
      throws InterruptedException;

  /// Digests and seals of blobs that a peer holds; blobs it does not hold are absent.
  List<BlobDescription> describe(NodeId peer, Collection<BlobId> blobs, Deadline deadline)
      throws InterruptedException;

  @Override
  void close();

  /// A running [#watch]. Closing is idempotent.
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /// Hears what a peer holds.
  interface AvailabilityListener {
    /// Chunks that the peer can serve now; adds to what was heard before.
    void available(BlobId blob, IndexSet chunks);

    /// The peer no longer holds the blob.
    void gone(BlobId blob);

    /// The watch ended without being closed; nothing further is heard.
    void ended(String reason);
  }

  /// What a peer says of a blob.
  ///
  /// @param seal present when the peer has committed it
  /// @param verified chunks it can serve
  /// @param chunkDigests all of them when sealed, else empty. A claim: check it against a trusted
  ///   seal's root
  record BlobDescription(
      BlobId blob, long size, Optional<Seal> seal, IndexSet verified, List<Digest> chunkDigests) {}
}
