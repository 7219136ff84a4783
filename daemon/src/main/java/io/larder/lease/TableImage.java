package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import java.util.List;
import java.util.Optional;

/// The whole content of a [LeaseTable] as plain values, to be written to a snapshot and read back.
/// The order of the lists matters: it is the order in which things are forgotten.
///
/// @param nowMillis time of the last command
/// @param sequence the last token or version given out
/// @param open blobs being fetched, least recently touched first
/// @param sealed blobs, least recently touched first
/// @param decisions oldest first
public record TableImage(
    long nowMillis, long sequence, List<Blob> open, List<Blob> sealed, List<Decided> decisions) {

  /// @param sealToken token of the completion that sealed a blob of a single chunk, otherwise 0
  /// @param touchedMillis when it was last acquired, completed or sealed
  public record Blob(
      BlobId id,
      long version,
      long size,
      int extentChunks,
      Optional<Seal> seal,
      long sealToken,
      List<Extent> completed,
      List<Holding> leases,
      long touchedMillis) {}

  /// A completed extent.
  ///
  /// @param token it was completed with
  /// @param version of the blob's state at that moment
  public record Extent(
      int index, NodeId fetchedBy, long token, long version, List<Digest> chunkDigests) {}

  /// The last lease of an extent that is not complete, live or lapsed.
  public record Holding(int extent, long token, NodeId node, long expiresMillis) {}

  public record Decided(Decision decision, long atMillis) {}
}
