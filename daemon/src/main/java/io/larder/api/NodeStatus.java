package io.larder.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How a node and its cluster are at one moment. Byte totals count since the daemon's start.
///
/// @param node id of the node
/// @param version of the daemon
/// @param role in the Raft group
/// @param dataDirectory where the node keeps everything
/// @param httpAddress host:port of its HTTP endpoint, or empty when it has none
/// @param uptime since the daemon's start
/// @param storage what is stored
/// @param cluster who else is there
/// @param traffic what moved
public record NodeStatus(
    String node,
    String version,
    Role role,
    Path dataDirectory,
    String httpAddress,
    Duration uptime,
    Storage storage,
    Cluster cluster,
    Traffic traffic) {
  /// What a node is in the Raft group.
  public enum Role {
    LEADER,
    FOLLOWER,
    CLIENT,
    /// It belongs to no cluster.
    NONE
  }

  /// What is stored.
  ///
  /// @param capacityBytes the most it may take
  /// @param usedBytes taken by content
  /// @param reservedBytes promised to downloads under way
  /// @param artifacts exposed
  /// @param blobs complete
  public record Storage(
      long capacityBytes, long usedBytes, long reservedBytes, long artifacts, long blobs) {}

  /// Who else is there.
  ///
  /// @param coordinated false while the Raft group has no quorum
  /// @param coordinator id of the leader, or empty
  /// @param voters ids of the voters
  /// @param members all known nodes, this one included
  public record Cluster(
      boolean coordinated, String coordinator, List<String> voters, List<Member> members) {
    /// Of a node that belongs to no cluster.
    public static Cluster none() {
      return new Cluster(false, "", List.of(), List.of());
    }
  }

  /// A node of the cluster.
  ///
  /// @param id of the node
  /// @param address host:port for peers
  /// @param zone where it stands, or empty
  /// @param age since it was first seen
  /// @param voter whether it votes
  public record Member(String id, String address, String zone, Duration age, boolean voter) {}

  /// What moved, in bytes.
  ///
  /// @param originBytes fetched from origins
  /// @param peerBytes fetched from peers
  /// @param servedBytes sent to peers
  public record Traffic(long originBytes, long peerBytes, long servedBytes) {}
}
