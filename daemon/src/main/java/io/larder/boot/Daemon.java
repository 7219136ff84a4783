package io.larder.boot;

import io.larder.api.NodeStatus;
import io.larder.api.grpc.LocalServer;
import io.larder.artifact.ArtifactService;
import io.larder.artifact.Artifacts;
import io.larder.boot.config.Address;
import io.larder.boot.config.Configuration;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Throttle;
import io.larder.content.NodeId;
import io.larder.expose.Exposer;
import io.larder.fetch.FetchOptions;
import io.larder.fetch.Fetcher;
import io.larder.fetch.StoreServedBlobs;
import io.larder.lease.Leases;
import io.larder.lease.raft.RaftLeases;
import io.larder.lease.raft.RaftMember;
import io.larder.lease.raft.RaftOptions;
import io.larder.lease.raft.RaftTls;
import io.larder.ops.MeteredArtifacts;
import io.larder.ops.Metrics;
import io.larder.ops.OpsServer;
import io.larder.ops.Readiness;
import io.larder.origin.Origins;
import io.larder.store.disk.DiskStore;
import io.larder.store.disk.StoreOptions;
import io.larder.swarm.Membership;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerScore;
import io.larder.swarm.SwarmOptions;
import io.larder.swarm.TlsOptions;
import io.larder.swarm.grpc.GrpcSwarm;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node of a cluster: everything it is made of, put together. Whoever started it closes it;
/// closing stops what is under way, and verified chunks stay for the next start.
public final class Daemon implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  /// How long a start may take to find the Raft group before the node calls itself ready without
  /// it.
  private static final Duration COORDINATION_PATIENCE = Duration.ofSeconds(30);

  private final Closer closer = new Closer();
  private final Instant started = Instant.now();
  private final Configuration configuration;
  private final Metrics metrics = closer.register(new Metrics());
  private final AtomicReference<Optional<Leases>> leases = new AtomicReference<>(Optional.empty());
  private final DiskStore store;
  private final GrpcSwarm swarm;
  private final ArtifactService artifacts;
  private final OpsServer ops;
  private volatile boolean coordinatedOnce;

  private Daemon(Configuration configuration, Map<String, String> environment) {
    this.configuration = configuration;
    try {
      long capacity = configuration.storeCapacity().bytesIn(configuration.data());
      store =
          closer.register(
              DiskStore.open(configuration.data(), StoreOptions.withCapacity(capacity)));
      metrics.watchStore(store::usage);
      Throttle downloads = Throttle.of(configuration.transfer().maxDownload());
      Origins origins =
          OriginAdapters.of(
              configuration.transfer(),
              configuration.origins(),
              environment,
              downloads,
              metrics,
              closer);
      swarm =
          closer.register(
              GrpcSwarm.open(
                  swarmOptions(),
                  new StoreServedBlobs(store),
                  downloads,
                  () -> health().flatMap(Leases.Health::coordinator),
                  this::ownVoters,
                  metrics));
      RaftLeases raft =
          closer.register(RaftLeases.start(raftOptions(), this::raftMembers, this::raftVoters));
      leases.set(Optional.of(raft));
      metrics.watchCluster(this::isCoordinated, () -> swarm.membership().members().size());
      Fetcher fetcher =
          new Fetcher(
              store,
              raft,
              swarm.directory(),
              swarm.peers(),
              new PeerScore(),
              fetchOptions(),
              metrics);
      artifacts =
          closer.register(
              new ArtifactService(
                  origins,
                  store,
                  store.records(),
                  new Exposer(configuration.data(), store),
                  fetcher,
                  raft,
                  swarm.directory(),
                  configuration.sourceFresh(),
                  metrics::evicted,
                  InstantSource.system()));
      swarm.directory().advertise(store.names());
      ops =
          closer.register(
              OpsServer.start(
                  socketAddress(configuration.httpListen()),
                  metrics,
                  Readiness.of(
                      List.of(new Readiness.Probe("coordination", this::awaitedCoordination)))));
      closer.register(
          LocalServer.start(
              LocalServer.Settings.at(configuration.socket()),
              new MeteredArtifacts(artifacts, metrics),
              this::status));
      log.info(
          "node {} of cluster {} is up after {} ms",
          configuration.node().id(),
          configuration.clusterName(),
          Duration.between(started, Instant.now()).toMillis());
    } catch (RuntimeException e) {
      closer.close();
      throw e;
    }
  }

  /// Starts a node.
  ///
  /// @param environment for the origins' own variables
  /// @throws io.larder.error.LarderException when a port, the socket or the data folder cannot be
  ///   used
  public static Daemon start(Configuration configuration, Map<String, String> environment) {
    return new Daemon(configuration, environment);
  }

  /// What this node can be asked for.
  public Artifacts artifacts() {
    return artifacts;
  }

  /// The port of the HTTP endpoint.
  public int httpPort() {
    return ops.port();
  }

  /// Returns when the calling thread is interrupted, which is how the process is told to stop.
  void awaitInterrupt() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      log.info("stopping");
    }
  }

  private SwarmOptions swarmOptions() {
    Configuration.Node node = configuration.node();
    NodeInfo self =
        new NodeInfo(
            node.id(),
            configuration.peer().advertise().toString(),
            configuration.raft().door().advertise().toString(),
            node.zone().orElse(""),
            node.rack().orElse(""),
            started.toEpochMilli());
    SwarmOptions options =
        SwarmOptions.of(
                self,
                socketAddress(configuration.peer().listen()),
                configuration.clusterName(),
                configuration.seeds().stream().map(Address::toString).toList())
            .withTls(
                configuration
                    .tls()
                    .map(tls -> new TlsOptions(tls.certificate(), tls.key(), tls.authority())));
    return options
        .withUploads(configuration.transfer().maxUpload(), options.uploadStreams())
        .withTimes(configuration.transfer().stall(), options.heartbeat(), options.silence());
  }

  private RaftOptions raftOptions() {
    Configuration.Raft raft = configuration.raft();
    return RaftOptions.of(
            configuration.node().id(),
            configuration.data().resolve("raft"),
            raft.door().listen().toString(),
            raft.door().advertise().toString(),
            raft.bootstrap(),
            raft.voters(),
            configuration.clusterName(),
            configuration
                .tls()
                .map(tls -> new RaftTls(tls.certificate(), tls.key(), tls.authority())))
        .withGrowth(raft.promoteAfter(), raft.replaceAfter())
        .withLeaseTtl(configuration.leaseTtl());
  }

  private FetchOptions fetchOptions() {
    FetchOptions defaults = FetchOptions.defaults();
    return new FetchOptions(
        configuration.transfer().originStreams(),
        configuration.transfer().peerStreams(),
        defaults.activeBlobs(),
        configuration.leaseTtl(),
        defaults.lookupEvery(),
        defaults.lostAfter(),
        defaults.patience());
  }

  private List<RaftMember> raftMembers() {
    return swarm.membership().members().stream()
        .map(member -> raftMember(member.node(), member.age()))
        .toList();
  }

  private List<RaftMember> raftVoters() {
    return swarm.membership().voters().stream()
        .map(voter -> raftMember(voter, Duration.ZERO))
        .toList();
  }

  private static RaftMember raftMember(NodeInfo node, Duration age) {
    return new RaftMember(
        node.id(), node.raftAddress(), age, Instant.ofEpochMilli(node.incarnation()));
  }

  /// What this node's own Raft server knows. A client knows only what heartbeats told it, and must
  /// not tell that back as its own.
  private List<NodeId> ownVoters() {
    return health()
        .filter(health -> health.role() != Leases.Role.CLIENT)
        .map(Leases.Health::voters)
        .orElse(List.of());
  }

  private Optional<Leases.Health> health() {
    return leases.get().map(Leases::health);
  }

  private boolean isCoordinated() {
    return health().map(Leases.Health::coordinated).orElse(false);
  }

  /// A node that has just started is not ready while it may still find the group; later it is, with
  /// the group or without.
  private Optional<String> awaitedCoordination() {
    coordinatedOnce |= isCoordinated();
    boolean patient = Duration.between(started, Instant.now()).compareTo(COORDINATION_PATIENCE) < 0;
    return coordinatedOnce || !patient
        ? Optional.empty()
        : Optional.of("the Raft group has not answered yet");
  }

  NodeStatus status() {
    var usage = store.usage();
    List<NodeId> voters = health().map(Leases.Health::voters).orElse(List.of());
    return new NodeStatus(
        configuration.node().id().value(),
        Version.current(),
        health().map(health -> role(health.role())).orElse(NodeStatus.Role.NONE),
        configuration.data(),
        configuration.httpListen().withPort(ops.port()).toString(),
        Duration.between(started, Instant.now()),
        new NodeStatus.Storage(
            usage.capacity(),
            usage.used(),
            usage.reserved(),
            artifacts.list().size(),
            usage.blobs()),
        new NodeStatus.Cluster(
            isCoordinated(),
            health().flatMap(Leases.Health::coordinator).map(NodeId::value).orElse(""),
            voters.stream().map(NodeId::value).toList(),
            swarm.membership().members().stream().map(member -> member(member, voters)).toList()),
        new NodeStatus.Traffic(
            metrics.originBytesVerified(), metrics.peerBytesVerified(), metrics.peerBytesSent()));
  }

  private static NodeStatus.Member member(Membership.Member member, List<NodeId> voters) {
    NodeInfo node = member.node();
    return new NodeStatus.Member(
        node.id().value(),
        node.peerAddress(),
        node.zone(),
        member.age(),
        voters.contains(node.id()));
  }

  private static NodeStatus.Role role(Leases.Role role) {
    return switch (role) {
      case LEADER -> NodeStatus.Role.LEADER;
      case FOLLOWER -> NodeStatus.Role.FOLLOWER;
      case CLIENT -> NodeStatus.Role.CLIENT;
    };
  }

  private static InetSocketAddress socketAddress(Address address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  @Override
  public void close() {
    closer.close();
  }
}
