package io.larder.swarm;

import io.larder.content.NodeId;

/// A member of the cluster.
///
/// @param id its name
/// @param peerAddress `host:port` of its peer gRPC
/// @param raftAddress `host:port` of its Raft server; empty when it never votes
/// @param zone topology label, or empty
/// @param rack topology label, or empty
/// @param incarnation epoch milliseconds of its start
public record NodeInfo(
    NodeId id,
    String peerAddress,
    String raftAddress,
    String zone,
    String rack,
    long incarnation) {}
