package io.larder.swarm;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How a node takes part in the swarm.
///
/// @param self this node; when the port in its peer address is 0, the port that was bound replaces
///   it
/// @param listen where to listen for peers; port 0 takes a free one
/// @param cluster name of the cluster; nodes of another one are refused
/// @param seeds `host:port` of peers to ask for the rest of the cluster; a name that stands for
///   several addresses means all of them; may hold this node's own
/// @param tls certificates for mutual TLS; without them everything is in plain text
/// @param maxUpload bytes per second to all peers together; 0 for no limit
/// @param uploadStreams served at the same time, at least 1; further ones wait
/// @param stall a download ends when its peer sends nothing for so long
/// @param heartbeat pause between two heartbeats
/// @param silence a member that is not heard of for so long is left out
public record SwarmOptions(
    NodeInfo self,
    InetSocketAddress listen,
    String cluster,
    List<String> seeds,
    Optional<TlsOptions> tls,
    long maxUpload,
    int uploadStreams,
    Duration stall,
    Duration heartbeat,
    Duration silence) {
  public SwarmOptions {
    seeds = List.copyOf(seeds);
    if (maxUpload < 0 || uploadStreams < 1) {
      throw new IllegalArgumentException(
          "uploads need a rate of 0 or more and at least one stream, not "
              + maxUpload
              + " and "
              + uploadStreams);
    }
  }

  /// Without TLS and limits, 16 upload streams, 10 s of stall, heartbeats every second, 5 s of
  /// silence.
  public static SwarmOptions of(
      NodeInfo self, InetSocketAddress listen, String cluster, List<String> seeds) {
    return new SwarmOptions(
        self,
        listen,
        cluster,
        seeds,
        Optional.empty(),
        0,
        16,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5));
  }

  public SwarmOptions withTls(Optional<TlsOptions> options) {
    return new SwarmOptions(
        self, listen, cluster, seeds, options, maxUpload, uploadStreams, stall, heartbeat, silence);
  }

  public SwarmOptions withUploads(long bytesPerSecond, int streams) {
    return new SwarmOptions(
        self, listen, cluster, seeds, tls, bytesPerSecond, streams, stall, heartbeat, silence);
  }

  public SwarmOptions withTimes(Duration stallTime, Duration heartbeatPause, Duration silenceTime) {
    return new SwarmOptions(
        self,
        listen,
        cluster,
        seeds,
        tls,
        maxUpload,
        uploadStreams,
        stallTime,
        heartbeatPause,
        silenceTime);
  }

  /// With the port that was bound in the place of port 0 in the peer address of this node.
  public SwarmOptions reachableAt(int port) {
    if (!self.peerAddress().endsWith(":0")) {
      return this;
    }
    String host = self.peerAddress().substring(0, self.peerAddress().length() - 2);
    NodeInfo reachable =
        new NodeInfo(
            self.id(),
            host + ":" + port,
            self.raftAddress(),
            self.zone(),
            self.rack(),
            self.incarnation());
    return new SwarmOptions(
        reachable,
        listen,
        cluster,
        seeds,
        tls,
        maxUpload,
        uploadStreams,
        stall,
        heartbeat,
        silence);
  }
}
