package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import java.time.Duration;
import java.util.List;

/// What changes a [LeaseTable]. Commands are values: applying the same ones at the same times to
/// equal tables gives equal tables and replies.
public sealed interface LeaseCommand {
  /// Who says so; for the log.
  NodeId node();

  /// Asks for extents.
  ///
  /// @param wants in order of preference
  /// @param maxExtents most leases to grant
  /// @param maxBytes most bytes to grant; the first lease may exceed it
  /// @param ttl how long a lease stands without renewal
  record Acquire(
      NodeId node, List<LeaseRequest.Want> wants, int maxExtents, long maxBytes, Duration ttl)
      implements LeaseCommand {}

  /// Prolongs leases.
  record Renew(NodeId node, List<Long> tokens, Duration ttl) implements LeaseCommand {}

  /// Records fetched extents.
  record Complete(NodeId node, List<Completion> completions) implements LeaseCommand {}

  /// One fetched extent.
  ///
  /// @param token of the lease it was fetched under
  /// @param chunkDigests of its chunks, in order
  record Completion(BlobId blob, int extent, long token, List<Digest> chunkDigests) {}

  /// Gives leases back.
  record Release(NodeId node, List<Long> tokens) implements LeaseCommand {}

  /// Records that a blob was checked whole.
  record SealBlob(NodeId node, BlobId blob, long size, Seal seal) implements LeaseCommand {}

  /// Takes back all that was completed of a blob, and its seal.
  record Discard(NodeId node, BlobId blob) implements LeaseCommand {}

  /// Makes completed extents that no living node holds available again.
  ///
  /// @param version of the blob's state that the caller looked at: what was completed later stands
  record Reopen(NodeId node, BlobId blob, IndexSet extents, long version) implements LeaseCommand {}

  /// Agrees on what a source stands for.
  ///
  /// @param fresh a standing decision younger than this wins over the proposal
  record Decide(NodeId node, Decision proposal, Duration fresh) implements LeaseCommand {}
}
