package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The replicated lease table, as seen from this node. Every call is bounded in time (a few
/// seconds) and says so when the group cannot be reached, instead of throwing. Thread-safe.
public interface Leases extends AutoCloseable {
  LeaseOutcome acquire(LeaseRequest request) throws InterruptedException;

  /// Prolongs leases whose download makes progress.
  ///
  /// @return those that still stand; empty also when the group cannot be reached
  List<Lease> renew(Collection<Lease> leases) throws InterruptedException;

  /// Records fetched extents with the digests of their chunks, in one entry.
  ///
  /// @return those that were accepted. One that is absent was fenced off (the lease had expired and
  ///   another node was granted the extent, or completed it), or the group cannot be reached
  List<Lease> complete(Map<Lease, List<Digest>> fetched) throws InterruptedException;

  /// Gives leases back unused.
  void release(Collection<Lease> leases) throws InterruptedException;

  /// Records that a blob was checked whole.
  ///
  /// @return the seal that stands: the given one, or that of the node that was first; empty when
  ///   the group cannot be reached
  Optional<Seal> seal(BlobId blob, long size, Seal seal) throws InterruptedException;

  /// Takes back what was recorded about a blob that turned out not to have its declared digest.
  void discard(BlobId blob) throws InterruptedException;

  /// Says that no living node holds some completed extents any more, so that they are granted
  /// again; a seal over them is taken back too. What was completed after the state that the caller
  /// looked at stands.
  ///
  /// @param version of that state, see [BlobState#version()]
  void reopen(BlobId blob, IndexSet extents, long version) throws InterruptedException;

  /// What has changed about some blobs.
  ///
  /// @param known version known of each blob, 0 for none
  /// @return states that are newer; empty when there are none or the group cannot be reached
  List<BlobState> describe(Map<BlobId, Long> known) throws InterruptedException;

  /// Agrees on what a source stands for: a standing decision younger than `fresh` wins over the
  /// proposal.
  ///
  /// @return what stands; empty when the group cannot be reached
  Optional<Decision> decide(Decision proposal, Duration fresh) throws InterruptedException;

  /// The standing decision about a source, however old.
  Optional<Decision> decision(Source source) throws InterruptedException;

  /// How the group is doing, from what this node knows without asking.
  Health health();

  @Override
  void close();

  /// @param role of this node
  /// @param coordinated whether the group answered lately
  /// @param coordinator the leader, when known
  /// @param voters node ids
  record Health(
      Role role, boolean coordinated, Optional<NodeId> coordinator, List<NodeId> voters) {}

  /// What this node is in the Raft group.
  enum Role {
    LEADER,
    FOLLOWER,
    CLIENT
  }
}
