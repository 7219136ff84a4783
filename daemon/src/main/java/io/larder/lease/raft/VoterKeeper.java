package io.larder.lease.raft;

import io.larder.content.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.exceptions.AlreadyExistsException;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Grows the group to the wanted number of voters and replaces those that stay away. Works on the
/// leader only; everywhere else it does nothing. The group grows from one voter to three at once,
/// because two survive less than one does. Not thread-safe: run it from one ticker.
final class VoterKeeper implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(VoterKeeper.class);

  /// A node that was heard of more lately than this is alive.
  private static final Duration FRESH = Duration.ofSeconds(3);

  private final RaftOptions options;
  private final RaftNode node;
  private final Supplier<List<RaftMember>> members;

  // By the monotonic clock of this node, so that the clocks of others do not matter.
  private final Map<NodeId, Sighting> sightings = new HashMap<>();
  private final Set<NodeId> replaced = new HashSet<>();

  // Whose server had the group already when it was last asked to take part, in vain.
  private final Set<NodeId> stuck = new HashSet<>();

  private static final class Sighting {
    final Instant startedAt;
    final long firstNanos;
    long lastNanos;

    Sighting(Instant startedAt, long nanos) {
      this.startedAt = startedAt;
      this.firstNanos = nanos;
      this.lastNanos = nanos;
    }
  }

  VoterKeeper(RaftOptions options, RaftNode node, Supplier<List<RaftMember>> members) {
    this.options = options;
    this.node = node;
    this.members = members;
  }

  @Override
  public void run() {
    RaftServer.Division division = node.division().orElse(null);
    if (division == null || !division.getInfo().isLeaderReady()) {
      sightings.clear();
      replaced.clear();
      stuck.clear();
      return;
    }
    List<RaftMember> alive =
        members.get().stream()
            .filter(member -> member.age().compareTo(FRESH) < 0)
            .filter(member -> !member.raftAddress().isEmpty())
            .toList();
    List<RaftPeer> voters = RaftNode.voters(division);
    look(alive, voters);
    List<RaftPeer> wanted = wanted(alive, voters);
    if (!wanted.equals(voters)) {
      change(voters, wanted);
    } else {
      tidy(alive, voters);
    }
  }

  private void look(List<RaftMember> alive, List<RaftPeer> voters) {
    long now = System.nanoTime();
    for (RaftPeer voter : voters) {
      sightings.computeIfAbsent(idOf(voter), id -> new Sighting(Instant.EPOCH, now));
    }
    for (RaftMember member : alive) {
      Sighting sighting = sightings.get(member.id());
      if (sighting == null || !sighting.startedAt.equals(member.startedAt())) {
        sightings.put(member.id(), new Sighting(member.startedAt(), now));
      } else {
        sighting.lastNanos = now;
      }
    }
    sightings
        .values()
        .removeIf(sighting -> now - sighting.lastNanos > 2 * options.replaceAfter().toNanos() + 1);
  }

  private List<RaftPeer> wanted(List<RaftMember> alive, List<RaftPeer> voters) {
    List<RaftPeer> wanted = new ArrayList<>(voters);
    List<RaftPeer> spares = spares(alive, voters);
    List<RaftPeer> away = voters.stream().filter(this::isAway).toList();
    for (RaftPeer gone : away) {
      if (!spares.isEmpty()) {
        wanted.set(wanted.indexOf(gone), spares.removeFirst());
      }
    }
    int missing = options.voters() - wanted.size();
    // Odd numbers only: as many pairs as there are, or the one that makes an even number odd.
    int add = Math.min(missing, spares.size());
    if ((wanted.size() + add) % 2 == 0) {
      add--;
    }
    for (int i = 0; i < add; i++) {
      wanted.add(spares.removeFirst());
    }
    return wanted;
  }

  private List<RaftPeer> spares(List<RaftMember> alive, List<RaftPeer> voters) {
    Set<NodeId> voting = new HashSet<>();
    voters.forEach(voter -> voting.add(idOf(voter)));
    long now = System.nanoTime();
    Comparator<RaftMember> longestSeenFirst =
        Comparator.<RaftMember>comparingLong(member -> seenFor(member, now)).reversed();
    return new ArrayList<>(
        alive.stream()
            .filter(member -> !voting.contains(member.id()))
            .filter(member -> seenFor(member, now) >= options.promoteAfter().toNanos())
            .sorted(longestSeenFirst.thenComparing(RaftMember::id))
            .map(member -> RaftNode.peer(member.id(), member.raftAddress()))
            .toList());
  }

  private long seenFor(RaftMember member, long now) {
    Sighting sighting = sightings.get(member.id());
    return sighting == null ? 0 : now - sighting.firstNanos;
  }

  private boolean isAway(RaftPeer voter) {
    NodeId id = idOf(voter);
    Sighting sighting = sightings.get(id);
    return !id.equals(options.self())
        && (sighting == null
            || System.nanoTime() - sighting.lastNanos > options.replaceAfter().toNanos());
  }

  private void change(List<RaftPeer> voters, List<RaftPeer> wanted) {
    List<RaftPeer> joining = wanted.stream().filter(peer -> !voters.contains(peer)).toList();
    List<RaftPeer> all = new ArrayList<>(voters);
    all.addAll(joining);
    try (RaftClient admin = node.newAdmin(all)) {
      for (RaftPeer peer : joining) {
        open(admin, peer, voters);
      }
      RaftClientReply reply =
          admin
              .admin()
              .setConfiguration(
                  SetConfigurationRequest.Arguments.newBuilder()
                      .setServersInNewConf(wanted)
                      .build());
      if (!reply.isSuccess()) {
        throw new IOException(String.valueOf(reply.getException()));
      }
      joining.forEach(peer -> stuck.remove(idOf(peer)));
      voters.stream()
          .filter(peer -> !wanted.contains(peer))
          .forEach(peer -> replaced.add(idOf(peer)));
      log.info("Raft voters are now {}, before {}", names(wanted), names(voters));
    } catch (IOException e) {
      log.info(
          "Raft voters stay {} for now, {} was wanted: {}",
          names(voters),
          names(wanted),
          e.getMessage());
    }
  }

  /// Lets a server take part in the group, as yet without a vote.
  private void open(RaftClient admin, RaftPeer peer, List<RaftPeer> voters) throws IOException {
    RaftGroup group = RaftGroup.valueOf(node.groupId(), voters);
    try {
      check(admin.getGroupManagementApi(peer.getId()).add(group));
    } catch (AlreadyExistsException e) {
      // An earlier attempt ended half-way, perhaps because that server is slow: it can go on from
      // there. When it does not, what it has is stale: it voted once and was replaced.
      if (!stuck.add(idOf(peer))) {
        check(admin.getGroupManagementApi(peer.getId()).remove(node.groupId(), true, false));
        check(admin.getGroupManagementApi(peer.getId()).add(group));
      }
    }
  }

  /// Takes the stale group from a replaced voter that is back.
  private void tidy(List<RaftMember> alive, List<RaftPeer> voters) {
    for (RaftMember member : alive) {
      if (replaced.remove(member.id())
          && voters.stream().noneMatch(voter -> idOf(voter).equals(member.id()))) {
        RaftPeer peer = RaftNode.peer(member.id(), member.raftAddress());
        List<RaftPeer> all = new ArrayList<>(voters);
        all.add(peer);
        try (RaftClient admin = node.newAdmin(all)) {
          check(admin.getGroupManagementApi(peer.getId()).remove(node.groupId(), true, false));
        } catch (IOException e) {
          log.debug("{} keeps its stale Raft group for now", member.id(), e);
        }
      }
    }
  }

  private static void check(RaftClientReply reply) throws IOException {
    if (!reply.isSuccess()) {
      throw new IOException(String.valueOf(reply.getException()));
    }
  }

  private static NodeId idOf(RaftPeer peer) {
    return new NodeId(peer.getId().toString());
  }

  private static List<NodeId> names(List<RaftPeer> peers) {
    return peers.stream().map(VoterKeeper::idOf).sorted().toList();
  }
}
