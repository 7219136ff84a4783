package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the cluster has agreed about a blob.
///
/// @param version grows whenever extents are completed, sealed or taken back, also over a blob's
///   being forgotten and wanted again; leases alone do not change it
/// @param extentChunks chunks in an extent, fixed by the first node that wanted the blob
/// @param seal present once a node has checked the whole; `completed` is empty then
/// @param completed extents that some node has fetched from the origin, with the digests of their
///   chunks
/// @param leased extents under a live lease when the table was last changed
public record BlobState(
    BlobId blob,
    long version,
    long size,
    int extentChunks,
    Optional<Seal> seal,
    Map<Integer, CompletedExtent> completed,
    IndexSet leased) {

  /// @param fetchedBy who fetched it
  /// @param chunkDigests of its chunks, in order
  public record CompletedExtent(NodeId fetchedBy, List<Digest> chunkDigests) {}
}
