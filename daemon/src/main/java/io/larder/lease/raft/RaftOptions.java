package io.larder.lease.raft;

import io.larder.content.NodeId;
import io.larder.lease.TableBounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a node takes part in the Raft group.
///
/// @param self id of this node, also its Raft peer id
/// @param path folder for log and snapshots
/// @param listen `host:port` to listen at; port 0 picks a free one
/// @param advertise `host:port` that others reach this node at; port 0 stands for the port that is
///   listened at
/// @param bootstrap whether this node starts the group when its folder holds none; true on exactly
///   one node of a cluster
/// @param voters how many the group grows to: 1, 3 or 5
/// @param cluster its name; nodes of another one are another group
/// @param tls mutual TLS, or plain text
/// @param leaseTtl how long a lease stands without renewal
/// @param callTimeout the longest a call waits
/// @param promoteAfter how long a node must have been seen alive before it becomes a voter
/// @param replaceAfter how long a voter may stay away before a spare takes its place
/// @param snapshotEvery log entries between two snapshots, after which older entries are dropped
/// @param bounds of the table; the same on all nodes
public record RaftOptions(
    NodeId self,
    Path path,
    String listen,
    String advertise,
    boolean bootstrap,
    int voters,
    String cluster,
    Optional<RaftTls> tls,
    Duration leaseTtl,
    Duration callTimeout,
    Duration promoteAfter,
    Duration replaceAfter,
    int snapshotEvery,
    TableBounds bounds) {
  public RaftOptions {
    if (voters != 1 && voters != 3 && voters != 5) {
      throw new IllegalArgumentException(
          "a Raft group has 1, 3 or 5 voters, not " + voters + ": an even number survives no more");
    }
  }

  /// With what suits most: leases of 4 s, calls of at most 3 s, voters after 5 s of life and
  /// replaced after a minute.
  public static RaftOptions of(
      NodeId self,
      Path path,
      String listen,
      String advertise,
      boolean bootstrap,
      int voters,
      String cluster,
      Optional<RaftTls> tls) {
    return new RaftOptions(
        self,
        path,
        listen,
        advertise,
        bootstrap,
        voters,
        cluster,
        tls,
        Duration.ofSeconds(4),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        20_000,
        TableBounds.DEFAULT);
  }

  /// The same with other times of growth.
  public RaftOptions withGrowth(Duration promoteAfter, Duration replaceAfter) {
    return new RaftOptions(
        self,
        path,
        listen,
        advertise,
        bootstrap,
        voters,
        cluster,
        tls,
        leaseTtl,
        callTimeout,
        promoteAfter,
        replaceAfter,
        snapshotEvery,
        bounds);
  }

  /// The same with another time to live of leases.
  public RaftOptions withLeaseTtl(Duration leaseTtl) {
    return new RaftOptions(
        self,
        path,
        listen,
        advertise,
        bootstrap,
        voters,
        cluster,
        tls,
        leaseTtl,
        callTimeout,
        promoteAfter,
        replaceAfter,
        snapshotEvery,
        bounds);
  }

  /// The same with another distance of snapshots.
  public RaftOptions withSnapshotEvery(int entries) {
    return new RaftOptions(
        self,
        path,
        listen,
        advertise,
        bootstrap,
        voters,
        cluster,
        tls,
        leaseTtl,
        callTimeout,
        promoteAfter,
        replaceAfter,
        entries,
        bounds);
  }
}
