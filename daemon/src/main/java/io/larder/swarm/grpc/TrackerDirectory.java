package io.larder.swarm.grpc;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.error.LarderException;
import io.larder.swarm.Membership;
import io.larder.swarm.Nearness;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the coordinator's [Tracker]. While there is no coordinator, or it does not answer, the
/// three live members with the lowest names stand in for it, which all nodes that see the same
/// members agree on; and for what these do not know, some other members are asked directly, as
/// every node's tracker knows at least what that node holds. Thread-safe.
final class TrackerDirectory implements PeerDirectory {
  private static final Logger log = LoggerFactory.getLogger(TrackerDirectory.class);
  private static final Duration PATIENCE = Duration.ofMillis(1_500);
  private static final int STAND_INS = 3;
  private static final int ASKED_DIRECTLY = 8;
  private static final int SAMPLE = 16;

  private final Membership membership;
  private final TrackerClient client;
  private final Announcer announcer;

  TrackerDirectory(HeartbeatMembership membership, Tracker own, Channels channels, Scope scope) {
    this.membership = membership;
    this.client = new TrackerClient(membership, own, channels);
    this.announcer = new Announcer(this::told, client);
    membership.listen(announcer);
    scope.fork(announcer);
  }

  /// Who is asked now. Not empty.
  private List<NodeInfo> trackers() {
    Optional<NodeInfo> coordinator = membership.coordinator().flatMap(membership::find);
    return coordinator.isPresent()
        ? List.of(coordinator.get())
        : membership.members().stream().limit(STAND_INS).map(Membership.Member::node).toList();
  }

  /// Who is told what this node holds: those who are asked, and this node's own tracker, for nodes
  /// that ask it directly.
  private List<NodeInfo> told() {
    Set<NodeInfo> told = new LinkedHashSet<>(trackers());
    told.add(membership.self());
    return List.copyOf(told);
  }

  @Override
  public void advertise(Collection<BlobId> blobs) {
    announcer.add(blobs);
  }

  @Override
  public void withdraw(Collection<BlobId> blobs) {
    announcer.remove(blobs);
  }

  @Override
  public Map<BlobId, List<NodeId>> lookup(Collection<BlobId> blobs) {
    Map<BlobId, Set<NodeId>> found = new LinkedHashMap<>();
    blobs.forEach(blob -> found.put(blob, new LinkedHashSet<>()));
    List<NodeInfo> trackers = trackers();
    boolean authoritative = membership.coordinator().isPresent();
    try {
      boolean answered = ask(trackers, List.copyOf(found.keySet()), found);
      List<BlobId> open = new ArrayList<>();
      found.forEach(
          (blob, nodes) -> {
            if (nodes.isEmpty()) {
              open.add(blob);
            }
          });
      if (!open.isEmpty() && !(authoritative && answered)) {
        ask(others(trackers), open, found);
      }
    } catch (InterruptedException e) {
      // The caller's next wait sees it; what is known so far is an answer.
      Thread.currentThread().interrupt();
    }
    Map<BlobId, List<NodeId>> result = new LinkedHashMap<>();
    found.forEach((blob, nodes) -> result.put(blob, nearFirst(nodes)));
    return result;
  }

  private List<NodeInfo> others(List<NodeInfo> asked) {
    List<NodeInfo> others = new ArrayList<>();
    for (Membership.Member member : membership.members()) {
      if (!asked.contains(member.node())) {
        others.add(member.node());
      }
    }
    Collections.shuffle(others);
    return others.subList(0, Math.min(ASKED_DIRECTLY, others.size()));
  }

  private List<NodeId> nearFirst(Collection<NodeId> nodes) {
    NodeInfo self = membership.self();
    return nodes.stream()
        .filter(node -> !node.equals(self.id()))
        .flatMap(node -> membership.find(node).stream())
        // Stable: those equally near stay in the random order of the trackers.
        .sorted(Comparator.comparing(node -> Nearness.of(self, node)))
        .limit(SAMPLE)
        .map(NodeInfo::id)
        .toList();
  }

  /// Asks all of them side by side.
  ///
  /// @return whether any has answered
  private boolean ask(List<NodeInfo> trackers, List<BlobId> blobs, Map<BlobId, Set<NodeId>> found)
      throws InterruptedException {
    Deadline deadline = Deadline.after(PATIENCE);
    boolean answered = false;
    try (Scope scope = Scope.open("lookup")) {
      List<Future<List<List<NodeId>>>> answers = new ArrayList<>();
      for (NodeInfo tracker : trackers) {
        answers.add(scope.fork(() -> client.locate(tracker, blobs, SAMPLE, deadline)));
      }
      for (Future<List<List<NodeId>>> answer : answers) {
        try {
          List<List<NodeId>> holders = Scope.get(answer);
          answered = true;
          for (int i = 0; i < blobs.size(); i++) {
            found.getOrDefault(blobs.get(i), new HashSet<>()).addAll(holders.get(i));
          }
        } catch (LarderException e) {
          log.debug("a tracker does not answer: {}", e.getMessage());
        }
      }
    }
    return answered;
  }
}
