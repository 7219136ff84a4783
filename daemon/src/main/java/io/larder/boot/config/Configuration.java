package io.larder.boot.config;

import io.larder.content.NodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that a daemon is told from outside, checked. Immutable. Holds no secret: credentials
/// come from each origin's own chain, the TLS key is named by its file, and an endpoint that
/// carries a password is refused, so printing a configuration is safe.
///
/// @param node who this node is
/// @param clusterName nodes of other names are not spoken to
/// @param data absolute folder of the store
/// @param socket absolute path of the local API's Unix socket
/// @param storeCapacity most that the store may hold
/// @param peer where peers reach this node
/// @param seeds peer addresses to ask for the rest of the cluster; may hold this node's own
/// @param raft the lease group
/// @param leaseTtl how long a lease holds without progress
/// @param httpListen metrics and health
/// @param tls certificates; empty means plain text between nodes
/// @param transfer limits of what this node sends and takes
/// @param origins how origins are reached
/// @param sourceFresh how long a source -> revision decision is used without asking again
/// @param logLevel how much is logged
public record Configuration(
    Node node,
    String clusterName,
    Path data,
    Path socket,
    Capacity storeCapacity,
    Door peer,
    List<Address> seeds,
    Raft raft,
    Duration leaseTtl,
    Address httpListen,
    Optional<Tls> tls,
    Transfer transfer,
    Origins origins,
    Duration sourceFresh,
    LogLevel logLevel) {

  public Configuration {
    seeds = List.copyOf(seeds);
  }

  /// @param id unique in the cluster
  /// @param zone topology label, when known
  /// @param rack topology label, when known
  public record Node(NodeId id, Optional<String> zone, Optional<String> rack) {}

  /// A port of this node.
  ///
  /// @param listen where to bind; port 0 lets the system choose
  /// @param advertise where others reach it; port 0 stands for the port that was bound
  public record Door(Address listen, Address advertise) {
    /// What to tell others, once the port is bound.
    public Address advertised(int boundPort) {
      return advertise.port() == 0 ? advertise.withPort(boundPort) : advertise;
    }
  }

  /// @param door its port is never 0
  /// @param bootstrap whether this node starts the group
  /// @param voters 1, 3 or 5
  /// @param promoteAfter how long a node must have been up to become a voter
  /// @param replaceAfter how long a voter may stay away
  public record Raft(
      Door door, boolean bootstrap, int voters, Duration promoteAfter, Duration replaceAfter) {}

  /// PEM files, readable when the configuration was loaded.
  public record Tls(Path certificate, Path key, Path authority) {}

  /// @param maxUpload bytes per second to peers; 0 is no limit
  /// @param maxDownload bytes per second from peers and origins together; 0 is no limit
  /// @param originStreams at once, at least 1
  /// @param peerStreams at once, at least 1
  /// @param stall how long a stream may bring nothing
  public record Transfer(
      long maxUpload, long maxDownload, int originStreams, int peerStreams, Duration stall) {}

  /// @param maxDownload bytes per second from all origins; 0 is no limit
  public record Origins(long maxDownload, S3 s3) {}

  /// @param endpoint of an S3-compatible server; empty leaves it to AWS's own variables, else AWS
  /// @param region empty leaves it to the AWS default chain
  /// @param pathStyle whether the bucket goes into the path; empty is so when there is an endpoint
  public record S3(Optional<URI> endpoint, Optional<String> region, Optional<Boolean> pathStyle) {}

  /// Reads file, environment and flags; the later is the stronger.
  ///
  /// @param arguments what follows `larder daemon`
  /// @param environment variables, usually [System#getenv()]
  public static LoadOutcome load(List<String> arguments, Map<String, String> environment) {
    return ConfigurationLoader.load(arguments, environment, Machine.here());
  }
}
