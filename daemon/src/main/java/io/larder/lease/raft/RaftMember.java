package io.larder.lease.raft;

import io.larder.content.NodeId;
import java.time.Duration;
import java.time.Instant;

/// A node of the cluster, as its heartbeats tell.
///
/// @param raftAddress `host:port` of its Raft server; empty when it never votes
/// @param age since it was last known alive
/// @param startedAt tells a restart; compared for equality only
public record RaftMember(NodeId id, String raftAddress, Duration age, Instant startedAt) {}
