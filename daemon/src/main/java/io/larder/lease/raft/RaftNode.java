package io.larder.lease.raft;

import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Raft server of this node. It starts without a group, unless its folder holds one or this
/// node bootstraps; the leader makes it a voter when it wants one. Thread-safe.
final class RaftNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RaftNode.class);

  private static final Duration RETRY_PAUSE = Duration.ofMillis(100);
  private static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(20);

  private final RaftOptions options;
  private final RaftGroupId groupId;
  private final RaftServer server;
  private final Address advertised;

  private RaftNode(
      RaftOptions options, RaftGroupId groupId, RaftServer server, Address advertised) {
    this.options = options;
    this.groupId = groupId;
    this.server = server;
    this.advertised = advertised;
  }

  /// @throws LarderException UNAVAILABLE when it cannot listen, CORRUPT when its folder is damaged
  static RaftNode start(RaftOptions options) {
    RaftGroupId groupId =
        RaftGroupId.valueOf(
            UUID.nameUUIDFromBytes(
                ("larder:" + options.cluster()).getBytes(StandardCharsets.UTF_8)));
    Address listen = Address.parse(options.listen());
    Address wanted = Address.parse(options.advertise());
    try {
      Files.createDirectories(options.path());
      boolean known = Files.isDirectory(options.path().resolve(groupId.getUuid().toString()));
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(RaftPeerId.valueOf(options.self().value()))
              .setStateMachineRegistry(id -> new LeaseStateMachine(options.bounds()))
              .setProperties(RaftSettings.server(options, listen))
              .setParameters(RaftSettings.parameters(options))
              .setOption(RaftStorage.StartupOption.RECOVER)
              .build();
      try {
        server.start();
        int port = server.getServerRpc().getInetSocketAddress().getPort();
        Address advertised = wanted.port() == 0 ? new Address(wanted.host(), port) : wanted;
        RaftNode node = new RaftNode(options, groupId, server, advertised);
        if (options.bootstrap() && !known) {
          node.bootstrap();
        }
        return node;
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          "the Raft server cannot start at "
              + options.listen()
              + " with folder "
              + options.path()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private void bootstrap() throws IOException {
    RaftGroup alone = RaftGroup.valueOf(groupId, self());
    server.groupManagement(
        GroupManagementRequest.newAdd(
            ClientId.randomId(), server.getId(), CallId.getAndIncrement(), alone, true));
    log.info(
        "Raft group of cluster {} started with this node as its only voter", options.cluster());
  }

  RaftGroupId groupId() {
    return groupId;
  }

  RaftPeer self() {
    return peer(options.self(), advertised.toString());
  }

  Address advertised() {
    return advertised;
  }

  /// This node's part in the group; empty while it is no voter.
  Optional<RaftServer.Division> division() {
    try {
      RaftServer.Division division = server.getDivision(groupId);
      return division.getInfo().isAlive() && division.getRaftConf().getPeer(server.getId()) != null
          ? Optional.of(division)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// The state of the group as this voter has it.
  static LeaseStateMachine stateMachine(RaftServer.Division division) {
    return (LeaseStateMachine) division.getStateMachine();
  }

  static List<RaftPeer> voters(RaftServer.Division division) {
    return List.copyOf(division.getRaftConf().getCurrentPeers());
  }

  static Optional<NodeId> leader(RaftServer.Division division) {
    return Optional.ofNullable(division.getInfo().getLeaderId())
        .map(RaftPeerId::toString)
        .map(NodeId::new);
  }

  /// A client of the group, with a bound on its retries.
  RaftClient newClient(Collection<RaftPeer> peers) {
    return newClient(peers, options.callTimeout());
  }

  /// A client for changes of the group, which take longer: a server formats its folder, a new voter
  /// is brought up to date.
  RaftClient newAdmin(Collection<RaftPeer> peers) {
    return newClient(peers, CHANGE_TIMEOUT);
  }

  private RaftClient newClient(Collection<RaftPeer> peers, Duration timeout) {
    int retries = (int) Math.max(1, timeout.toMillis() / RETRY_PAUSE.toMillis());
    return RaftClient.newBuilder()
        .setRaftGroup(RaftGroup.valueOf(groupId, peers))
        .setProperties(RaftSettings.client(timeout))
        .setParameters(RaftSettings.parameters(options))
        .setRetryPolicy(
            RetryPolicies.retryUpToMaximumCountWithFixedSleep(
                retries, RaftSettings.millis(RETRY_PAUSE)))
        .build();
  }

  static RaftPeer peer(NodeId id, String address) {
    return RaftPeer.newBuilder().setId(id.value()).setAddress(address).build();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.warn("the Raft server did not close cleanly", e);
    }
  }

  /// A host and a port, written `host:port`.
  record Address(String host, int port) {
    /// @throws LarderException INVALID when it is anything else
    static Address parse(String text) {
      int colon = text.lastIndexOf(':');
      try {
        int port = Integer.parseInt(text.substring(colon + 1));
        if (colon > 0 && port >= 0 && port < 65536) {
          return new Address(text.substring(0, colon), port);
        }
      } catch (NumberFormatException e) {
        // Refused below.
      }
      throw new LarderException(ErrorKind.INVALID, "'" + text + "' is no address: write host:port");
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
