package io.larder.lease.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Ticker;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.content.Source;
import io.larder.lease.BlobState;
import io.larder.lease.CommandLeases;
import io.larder.lease.Decision;
import io.larder.lease.LeaseCommand;
import io.larder.lease.LeaseReply;
import io.larder.lease.raft.GroupClient.NoAnswer;
import io.larder.proto.lease.DescribeBlobs;
import io.larder.proto.lease.LookupDecision;
import io.larder.proto.lease.Query;
import io.larder.proto.lease.QueryReply;
import io.larder.proto.lease.Reply;
import io.larder.proto.lease.TableStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leases from a table that a Raft group of some of the nodes replicates, with Apache Ratis.
///
/// Every node runs a Raft server, most of them without a vote. One node bootstraps the group; its
/// leader makes others voters ([VoterKeeper]). Calls go to the leader over the network, also from
/// its own node. While the group cannot be reached, calls fail at once, and a probe finds out when
/// it is back; only before the first contact they wait, so that the first downloads of a cluster
/// that is just starting are coordinated. Thread-safe.
public final class RaftLeases extends CommandLeases {
  /// For `-Djdk.serialFilter`: Ratis sends failures as serialized Java exceptions.
  public static final String SERIAL_FILTER =
      "maxdepth=32;maxrefs=10000;maxbytes=1048576;"
          + "org.apache.ratis.**;java.lang.*;java.util.*;java.io.*;java.net.*;!*";

  private static final Logger log = LoggerFactory.getLogger(RaftLeases.class);
  private static final Duration WATCH = Duration.ofMillis(250);
  private static final Duration KEEP = Duration.ofMillis(500);
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final Duration PROBE = Duration.ofSeconds(1);

  private final RaftOptions options;
  private final Supplier<List<RaftMember>> voterHints;
  private final RaftNode node;
  private final GroupClient client;
  private final Closer closer = new Closer();

  private volatile List<NodeId> heardVoters = List.of();
  private volatile Contact contact = Contact.NEVER;
  private volatile String trouble = "the Raft group has not been found yet";
  private volatile long lastAnswerNanos = System.nanoTime();

  // What heartbeats said last: health() must not ask, since heartbeats carry what health() says.
  private volatile List<NodeId> hintedVoters = List.of();

  private enum Contact {
    NEVER,
    UP,
    DOWN
  }

  private RaftLeases(
      RaftOptions options,
      RaftNode node,
      Supplier<List<RaftMember>> members,
      Supplier<List<RaftMember>> voters) {
    super(options.self(), options.leaseTtl());
    this.options = options;
    this.voterHints = voters;
    this.node = closer.register(node);
    this.client = closer.register(new GroupClient(node, options.callTimeout()));
    watch();
    closer.register(Ticker.start("lease-watch", WATCH, this::watch));
    VoterKeeper keeper = new VoterKeeper(options, node, members);
    closer.register(Ticker.start("voter-keeper", KEEP, keeper));
  }

  /// Starts the Raft server of this node and takes part in the group as soon as it is found. Close
  /// it to leave; its state stays in the folder.
  ///
  /// @param members all nodes that heartbeats were heard of, this one too; asked often, must not
  ///   block
  /// @param voters those of them that vote, as far as heartbeats tell; asked often, must not block
  /// @throws io.larder.error.LarderException when the server cannot listen or its folder is damaged
  public static RaftLeases start(
      RaftOptions options, Supplier<List<RaftMember>> members, Supplier<List<RaftMember>> voters) {
    return new RaftLeases(options, RaftNode.start(options), members, voters);
  }

  /// `host:port` at which others reach this node's Raft server.
  public String address() {
    return node.advertised().toString();
  }

  @Override
  protected Optional<LeaseReply> submit(LeaseCommand command) throws InterruptedException {
    byte[] bytes = LeaseCodec.encode(command).toByteArray();
    Optional<byte[]> answer = ask(deadline -> client.write(bytes, deadline));
    try {
      return answer.isEmpty()
          ? Optional.empty()
          : Optional.of(LeaseCodec.decode(Reply.parseFrom(answer.get()), command));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.of(new LeaseReply.Refused("the leader speaks another protocol: " + e));
    }
  }

  @Override
  protected String whyUnavailable() {
    return trouble;
  }

  @Override
  public List<BlobState> describe(Map<BlobId, Long> known) throws InterruptedException {
    if (known.isEmpty()) {
      return List.of();
    }
    Optional<LeaseStateMachine> here = node.division().map(RaftNode::stateMachine);
    if (here.isPresent()) {
      return here.get().describe(known);
    }
    DescribeBlobs.Builder describe = DescribeBlobs.newBuilder();
    known.forEach(
        (blob, version) ->
            describe.addBlobs(
                DescribeBlobs.Known.newBuilder()
                    .setBlob(LeaseCodec.encode(blob))
                    .setVersion(version)));
    return query(Query.newBuilder().setDescribe(describe).build())
        .map(reply -> reply.getBlobsList().stream().map(TableCodec::decode).toList())
        .orElse(List.of());
  }

  @Override
  public Optional<Decision> decision(Source source) throws InterruptedException {
    Optional<LeaseStateMachine> here = node.division().map(RaftNode::stateMachine);
    if (here.isPresent()) {
      return here.get().decision(source);
    }
    Query query =
        Query.newBuilder().setDecision(LookupDecision.newBuilder().setSource(source.uri())).build();
    return query(query)
        .filter(QueryReply::hasDecision)
        .map(reply -> LeaseCodec.decode(reply.getDecision()));
  }

  private Optional<QueryReply> query(Query query) throws InterruptedException {
    byte[] bytes = query.toByteArray();
    Optional<byte[]> answer = ask(deadline -> client.read(bytes, deadline));
    try {
      return answer.isEmpty() ? Optional.empty() : Optional.of(QueryReply.parseFrom(answer.get()));
    } catch (InvalidProtocolBufferException e) {
      log.warn("the leader speaks another protocol: {}", e.getMessage());
      return Optional.empty();
    }
  }

  @FunctionalInterface
  private interface Call {
    byte[] run(Deadline deadline) throws NoAnswer, InterruptedException;
  }

  private Optional<byte[]> ask(Call call) throws InterruptedException {
    if (contact == Contact.DOWN) {
      return Optional.empty();
    }
    Deadline deadline = Deadline.after(options.callTimeout());
    if (contact == Contact.NEVER) {
      awaitVoters(deadline);
    }
    try {
      byte[] answer = call.run(deadline);
      answered();
      return Optional.of(answer);
    } catch (NoAnswer e) {
      unanswered(e);
      return Optional.empty();
    }
  }

  private synchronized void awaitVoters(Deadline deadline) throws InterruptedException {
    while (!client.aimed() && !deadline.passed()) {
      wait(Math.max(1, deadline.left().toMillis()));
    }
  }

  private void answered() {
    lastAnswerNanos = System.nanoTime();
    if (contact != Contact.UP) {
      synchronized (this) {
        if (contact == Contact.DOWN) {
          log.info("the Raft group answers again; downloads are coordinated");
        }
        contact = Contact.UP;
      }
    }
  }

  private void unanswered(NoAnswer why) {
    trouble = String.valueOf(why.getMessage());
    synchronized (this) {
      if (contact != Contact.DOWN) {
        contact = Contact.DOWN;
        log.warn("{}; downloads go on uncoordinated until it answers", trouble);
      }
    }
    client.forget();
  }

  /// Aims at the voters as they are known now, and finds out whether the group answers when nobody
  /// else does.
  private void watch() {
    Map<RaftPeerId, RaftPeer> voters = new LinkedHashMap<>();
    List<RaftMember> hints = voterHints.get();
    // Kept for health(): whoever gives the hints may itself ask for the health of this group.
    heardVoters = hints.stream().map(RaftMember::id).sorted().toList();
    for (RaftMember hint : hints) {
      if (!hint.raftAddress().isEmpty()) {
        RaftPeer peer = RaftNode.peer(hint.id(), hint.raftAddress());
        voters.put(peer.getId(), peer);
      }
    }
    Optional<RaftServer.Division> division = node.division();
    if (division.isPresent()) {
      if (RaftNode.leader(division.get()).isPresent()) {
        voters.clear();
      }
      RaftNode.voters(division.get()).forEach(peer -> voters.put(peer.getId(), peer));
    }
    client.aim(voters.values());
    synchronized (this) {
      notifyAll();
    }
    boolean quiet = System.nanoTime() - lastAnswerNanos > QUIET.toNanos();
    if (client.aimed() && (contact != Contact.UP || quiet)) {
      probe();
    }
  }

  private void probe() {
    byte[] status =
        Query.newBuilder().setStatus(TableStatus.getDefaultInstance()).build().toByteArray();
    try {
      client.read(status, Deadline.after(PROBE));
      answered();
    } catch (NoAnswer e) {
      if (contact == Contact.NEVER) {
        trouble = String.valueOf(e.getMessage());
      } else {
        unanswered(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Health health() {
    boolean coordinated = contact == Contact.UP;
    Optional<RaftServer.Division> division = node.division();
    if (division.isPresent()) {
      return new Health(
          division.get().getInfo().isLeader() ? Role.LEADER : Role.FOLLOWER,
          coordinated,
          RaftNode.leader(division.get()),
          RaftNode.voters(division.get()).stream()
              .map(peer -> new NodeId(peer.getId().toString()))
              .sorted()
              .toList());
    }
    return new Health(
        Role.CLIENT,
        coordinated,
        coordinated ? client.leader().map(RaftPeerId::toString).map(NodeId::new) : Optional.empty(),
        heardVoters);
  }

  @Override
  public void close() {
    closer.close();
  }
}
