package io.larder.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a node and its cluster are. Byte totals count since the daemon's start. Immutable.
 *
 * @param node id of the node
 * @param version of the daemon
 * @param role in the coordination group: leader, follower, client, or none
 * @param dataDirectory where the node keeps everything
 * @param httpAddress host:port of its HTTP endpoint, or empty
 * @param uptime since the daemon's start
 * @param storage what is stored
 * @param cluster who else is there
 * @param originBytes fetched from origins
 * @param peerBytes fetched from other nodes
 * @param servedBytes sent to other nodes
 */
public record NodeStatus(
    String node,
    String version,
    String role,
    Path dataDirectory,
    String httpAddress,
    Duration uptime,
    Storage storage,
    Cluster cluster,
    long originBytes,
    long peerBytes,
    long servedBytes) {

  /**
   * What is stored.
   *
   * @param capacityBytes the most it may take
   * @param usedBytes taken by content
   * @param reservedBytes promised to downloads under way
   * @param artifacts exposed
   * @param blobs complete
   */
  public record Storage(
      long capacityBytes, long usedBytes, long reservedBytes, long artifacts, long blobs) {}

  /**
   * Who else is there.
   *
   * @param coordinated whether downloads are coordinated; false without a quorum
   * @param coordinator id of the coordinating node, or empty
   * @param voters ids of the nodes that vote
   * @param members all known nodes, this one included
   */
  public record Cluster(
      boolean coordinated, String coordinator, List<String> voters, List<Member> members) {
    public Cluster {
      voters = List.copyOf(voters);
      members = List.copyOf(members);
    }
  }

  /**
   * A node of the cluster.
   *
   * @param id of the node
   * @param address host:port for other nodes
   * @param zone where it stands, or empty
   * @param age since it was first seen
   * @param voter whether it votes
   */
  public record Member(String id, String address, String zone, Duration age, boolean voter) {}
}
