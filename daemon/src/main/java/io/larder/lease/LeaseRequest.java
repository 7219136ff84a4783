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
  public record Want(BlobId blob, ChunkPlan plan, int extentChunks, IndexSet extents) {}
}
