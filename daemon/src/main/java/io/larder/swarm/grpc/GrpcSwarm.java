package io.larder.swarm.grpc;

import io.grpc.util.MutableHandlerRegistry;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Scope;
import io.larder.concurrent.Throttle;
import io.larder.content.NodeId;
import io.larder.swarm.Membership;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerClient;
import io.larder.swarm.PeerDirectory;
import io.larder.swarm.PeerMeter;
import io.larder.swarm.ServedBlobs;
import io.larder.swarm.SwarmOptions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's part in the swarm, over gRPC: it listens for peers, sends heartbeats, keeps a
/// tracker, and gives the seams of [io.larder.swarm] for use. Thread-safe. Whoever opened it closes
/// it, before what it serves is closed.
public final class GrpcSwarm implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GrpcSwarm.class);

  private final Closer closer;
  private final HeartbeatMembership membership;
  private final TrackerDirectory directory;
  private final GrpcPeerClient peers;

  private GrpcSwarm(
      Closer closer,
      HeartbeatMembership membership,
      TrackerDirectory directory,
      GrpcPeerClient peers) {
    this.closer = closer;
    this.membership = membership;
    this.directory = directory;
    this.peers = peers;
  }

  /// Listens and sends heartbeats from now on.
  ///
  /// @param served what peers may read
  /// @param downloads limit over all that this node downloads
  /// @param coordinator the Raft leader as far as this node's own Raft knows; asked often, must not
  ///   block
  /// @param voters likewise; empty when it does not know
  /// @throws io.larder.error.LarderException CONFLICT when the address is taken, INVALID when the
  ///   certificates cannot be used
  public static GrpcSwarm open(
      SwarmOptions options,
      ServedBlobs served,
      Throttle downloads,
      Supplier<Optional<NodeId>> coordinator,
      Supplier<List<NodeId>> voters,
      PeerMeter meter) {
    Closer closer = new Closer();
    try {
      // Closed last first: no more calls, then their threads, then the event loops below.
      Scope calls = Scope.open("peer-call");
      Transport transport = closer.register(new Transport(options.tls(), calls));
      closer.register(calls);
      Channels channels = closer.register(new Channels(transport));
      Random random = new Random();
      // Positive, as 0 stands for none.
      Tracker tracker = new Tracker(1 + random.nextLong(Long.MAX_VALUE - 1), random);
      Uploads uploads = Uploads.of(served, options.maxUpload(), options.uploadStreams(), meter);

      // The port may be chosen by the system, and what is served tells it to others: so listen
      // first.
      // Whoever calls before the service is there tries again.
      MutableHandlerRegistry services = new MutableHandlerRegistry();
      PeerServer server = closer.register(PeerServer.start(options.listen(), transport, services));
      HeartbeatMembership membership =
          closer.register(
              new HeartbeatMembership(
                  options.reachableAt(server.port()),
                  transport,
                  channels,
                  tracker,
                  coordinator,
                  voters));
      services.addService(new PeerService(membership, tracker, uploads, calls).definition());
      TrackerDirectory directory = new TrackerDirectory(membership, tracker, channels, calls);
      GrpcPeerClient peers =
          new GrpcPeerClient(membership, transport, channels, downloads, meter, options.stall());
      membership.start();
      log.info("listening for peers at {}", membership.self().peerAddress());
      return new GrpcSwarm(closer, membership, directory, peers);
    } catch (RuntimeException e) {
      closer.close();
      throw e;
    }
  }

  public Membership membership() {
    return membership;
  }

  public PeerDirectory directory() {
    return directory;
  }

  public PeerClient peers() {
    return peers;
  }

  /// This node, with the port that is listened on.
  public NodeInfo self() {
    return membership.self();
  }

  /// Leaves the swarm: ends all calls from and to peers. Idempotent.
  @Override
  public void close() {
    closer.close();
  }
}
