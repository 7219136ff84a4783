package io.larder.swarm.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.larder.concurrent.Ticker;
import io.larder.content.NodeId;
import io.larder.proto.peer.HeartbeatReply;
import io.larder.proto.peer.HeartbeatRequest;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.RosterEntry;
import io.larder.swarm.Membership;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.SwarmOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Membership by heartbeats: about every second to the seeds, to the coordinator and to one random
/// member, each carrying what its sender knows of the others. Thread-safe.
final class HeartbeatMembership implements Membership, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeartbeatMembership.class);
  private static final long CALL_MILLIS = 2_000;
  private static final int ROSTER_IN_REQUEST = 64;
  private static final int ROSTER_IN_REPLY = 512;
  private static final int SEEDS_AT_ONCE = 5;
  private static final int TIDY_EVERY = 30;

  private final SwarmOptions options;
  private final NodeInfo self;
  private final Channels channels;
  private final Transport transport;
  private final Tracker tracker;
  private final Supplier<Optional<NodeId>> coordinator;
  private final Supplier<List<NodeId>> voters;
  private final Roster roster;
  private final Random random = new Random();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Set<String> complained = ConcurrentHashMap.newKeySet();
  private final Set<String> ownAddresses = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Claim claim;
  private @Nullable Ticker ticker;
  private int ticks;

  /// What a peer said of the Raft group.
  ///
  /// @param firstHand whether the coordinator itself said so
  private record Claim(NodeId coordinator, List<NodeId> voters, boolean firstHand, long atNanos) {}

  /// Hears what a peer's tracker says in its answer to a heartbeat.
  interface Listener {
    /// @param tracksUs whether the peer's tracker knows what this node holds
    void answered(NodeId peer, long trackerEpoch, boolean tracksUs);
  }

  HeartbeatMembership(
      SwarmOptions options,
      Transport transport,
      Channels channels,
      Tracker tracker,
      Supplier<Optional<NodeId>> coordinator,
      Supplier<List<NodeId>> voters) {
    this.options = options;
    this.self = options.self();
    this.transport = transport;
    this.channels = channels;
    this.tracker = tracker;
    this.coordinator = coordinator;
    this.voters = voters;
    this.roster = new Roster(self, options.silence(), System::nanoTime);
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  void start() {
    ticker = Ticker.start("heartbeat", options.heartbeat(), this::beat);
  }

  // Server side

  /// Answers a peer's heartbeat.
  ///
  /// @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION when it belongs to another cluster
  HeartbeatReply answer(HeartbeatRequest request) {
    if (!request.getCluster().equals(options.cluster())) {
      throw Status.FAILED_PRECONDITION
          .withDescription(
              "this is cluster '"
                  + options.cluster()
                  + "', not '"
                  + request.getCluster()
                  + "'; set the same cluster.name on both nodes or take the seed away")
          .asRuntimeException();
    }
    NodeInfo caller = Messages.node(request.getSelf());
    hear(caller, Duration.ZERO);
    hear(request.getRosterList());
    HeartbeatReply.Builder reply =
        HeartbeatReply.newBuilder()
            .setSelf(Messages.node(self))
            .addAllRoster(entries(ROSTER_IN_REPLY))
            .setTrackerEpoch(tracker.epoch())
            .setTracksCaller(tracker.tracks(caller));
    // Hearsay is not passed on: two nodes that repeat each other's would keep it alive for ever.
    Claim heard = freshClaim();
    if (heard != null && heard.firstHand) {
      reply.setCoordinator(heard.coordinator.value());
      heard.voters.forEach(voter -> reply.addVoters(voter.value()));
    }
    coordinator.get().ifPresent(id -> reply.setCoordinator(id.value()));
    List<NodeId> own = voters.get();
    if (!own.isEmpty()) {
      reply.clearVoters();
      own.forEach(voter -> reply.addVoters(voter.value()));
    }
    return reply.build();
  }

  private List<RosterEntry> entries(int most) {
    return roster.sample(most, random).stream()
        .map(
            member ->
                RosterEntry.newBuilder()
                    .setNode(Messages.node(member.node()))
                    .setAgeMillis(member.age().toMillis())
                    .build())
        .toList();
  }

  private void hear(List<RosterEntry> entries) {
    for (RosterEntry entry : entries) {
      hear(Messages.node(entry.getNode()), Duration.ofMillis(entry.getAgeMillis()));
    }
  }

  private void hear(NodeInfo node, Duration age) {
    switch (roster.hear(node, age)) {
      case JOINED ->
          log.info("member {} at {} (zone '{}')", node.id(), node.peerAddress(), node.zone());
      case IMPOSTOR -> {
        if (complained.add("name")) {
          log.warn(
              "the node at {} also calls itself {}; give every node a name of its own",
              node.peerAddress(),
              node.id());
        }
      }
      case NONE -> {}
    }
  }

  // Client side

  private void beat() {
    if (ticks++ % TIDY_EVERY == 0) {
      tidy();
    }
    HeartbeatRequest request =
        HeartbeatRequest.newBuilder()
            .setSelf(Messages.node(self))
            .setCluster(options.cluster())
            .addAllRoster(entries(ROSTER_IN_REQUEST))
            .build();
    for (String address : targets()) {
      channels.retry(address);
      ListenableFuture<HeartbeatReply> reply =
          PeerExchangeGrpc.newFutureStub(channels.control(address))
              .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
              .heartbeat(request);
      reply.addListener(() -> answered(address, reply), transport.executor());
    }
  }

  private Set<String> targets() {
    Set<String> targets = new LinkedHashSet<>();
    coordinator().flatMap(roster::known).map(NodeInfo::peerAddress).ifPresent(targets::add);
    roster.sample(Integer.MAX_VALUE, random).stream()
        .skip(random.nextInt(Math.max(1, roster.members().size() - 1)))
        .findFirst()
        .ifPresent(member -> targets.add(member.node().peerAddress()));
    List<String> seeds = Seeds.resolve(options.seeds());
    Collections.shuffle(seeds, random);
    seeds.stream()
        .filter(seed -> !ownAddresses.contains(seed))
        .limit(SEEDS_AT_ONCE)
        .forEach(targets::add);
    targets.remove(self.peerAddress());
    return targets;
  }

  private void answered(String address, ListenableFuture<HeartbeatReply> future) {
    HeartbeatReply reply;
    try {
      reply = future.get();
    } catch (ExecutionException e) {
      Status status = Status.fromThrowable(e);
      if (status.getCode() == Status.Code.FAILED_PRECONDITION && complained.add(address)) {
        log.warn("{} refused this node: {}", address, status.getDescription());
      }
      log.debug("no answer from {}: {}", address, Messages.reason(status));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      take(address, reply);
    } catch (IllegalArgumentException e) {
      log.warn("{} answers a heartbeat with nonsense: {}", address, e.getMessage());
    }
  }

  private void take(String address, HeartbeatReply reply) {
    NodeInfo peer = Messages.node(reply.getSelf());
    if (peer.id().equals(self.id()) && peer.incarnation() == self.incarnation()) {
      ownAddresses.add(address);
      return;
    }
    hear(peer, Duration.ZERO);
    hear(reply.getRosterList());
    if (!reply.getCoordinator().isEmpty()) {
      NodeId named = new NodeId(reply.getCoordinator());
      boolean firstHand = named.equals(peer.id());
      Claim before = freshClaim();
      if (firstHand || before == null || !before.firstHand) {
        List<NodeId> group = reply.getVotersList().stream().map(NodeId::new).toList();
        claim = new Claim(named, group, firstHand, System.nanoTime());
      }
    }
    listeners.forEach(
        listener -> listener.answered(peer.id(), reply.getTrackerEpoch(), reply.getTracksCaller()));
  }

  private @Nullable Claim freshClaim() {
    Claim heard = claim;
    boolean fresh =
        heard != null && System.nanoTime() - heard.atNanos < options.silence().toNanos();
    return fresh ? heard : null;
  }

  private void tidy() {
    roster.sweep();
    ownAddresses.clear();
    Set<String> addresses = new HashSet<>(Seeds.resolve(options.seeds()));
    Set<NodeId> alive = new HashSet<>();
    for (Member member : members()) {
      addresses.add(member.node().peerAddress());
      alive.add(member.node().id());
    }
    channels.retain(addresses);
    tracker.retain(alive);
  }

  // Membership

  @Override
  public NodeInfo self() {
    return self;
  }

  @Override
  public List<Member> members() {
    return roster.members();
  }

  @Override
  public Optional<NodeInfo> find(NodeId id) {
    return roster.find(id);
  }

  @Override
  public Optional<NodeId> coordinator() {
    Optional<NodeId> own = coordinator.get();
    if (own.flatMap(roster::find).isPresent()) {
      return own;
    }
    Claim heard = freshClaim();
    return heard == null ? own : Optional.of(heard.coordinator);
  }

  @Override
  public List<NodeInfo> voters() {
    List<NodeId> own = voters.get();
    Claim heard = freshClaim();
    List<NodeId> ids = own.isEmpty() && heard != null ? heard.voters : own;
    return ids.stream().flatMap(id -> roster.known(id).stream()).toList();
  }

  @Override
  public void close() {
    if (ticker != null) {
      ticker.close();
    }
  }
}
