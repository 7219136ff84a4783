package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.IndexSet;
import java.util.List;

/// Asks for extents. The table picks among the wanted ones those that nobody fetched or is
/// fetching, so that different nodes get different extents.
///
/// @param wants in order of preference
/// @param maxExtents most leases to grant, at least 1
/// @param maxBytes most bytes to grant; the first lease may exceed it
public record LeaseRequest(List<Want> wants, int maxExtents, long maxBytes) {
  /// One blob of a request.
  ///
  /// @param blob whose
  /// @param plan how it is cut
  /// @param extentChunks chunks in an extent: `plan.chunksPerExtent()`, or all chunks for an origin
  ///   that can only be read whole
  /// @param extents that this node lacks
  /// @param lost those of `extents` that the table calls complete (or whose blob it calls sealed)
  ///   but that no living node offers any more. They are opened again and granted, unless what the
  ///   table says of them is newer than `knownVersion`: then another node has opened them again
  ///   already. Opening an extent of a sealed blob opens the whole blob: its seal is dropped and
  ///   set again by the next node that completes it
  /// @param knownVersion [BlobState#version] that `lost` is based on; 0 when nothing is lost
  public record Want(
      BlobId blob,
      ChunkPlan plan,
      int extentChunks,
      IndexSet extents,
      IndexSet lost,
      long knownVersion) {
    /// Nothing is lost.
    public Want(BlobId blob, ChunkPlan plan, int extentChunks, IndexSet extents) {
      this(blob, plan, extentChunks, extents, IndexSet.empty(), 0);
    }
  }
}
