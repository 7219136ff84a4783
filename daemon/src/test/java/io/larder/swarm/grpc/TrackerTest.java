package io.larder.swarm.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.NodeId;
import io.larder.swarm.NodeInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrackerTest {
  private static final BlobId ONE = new BlobId.Sha256(Digest.ofContent(new byte[] {1}));
  private static final BlobId TWO = new BlobId.Sha256(Digest.ofContent(new byte[] {2}));

  private final Tracker tracker = new Tracker(42, new Random(7));
  private final Map<NodeId, NodeInfo> alive = new HashMap<>();

  private NodeId join(String name, String zone, String rack) {
    NodeId id = new NodeId(name);
    alive.put(id, new NodeInfo(id, name + ":1", "", zone, rack, 1));
    return id;
  }

  private void advertise(NodeId node, BlobId... blobs) {
    tracker.advertise(
        node,
        Optional.ofNullable(alive.get(node)).map(NodeInfo::incarnation),
        List.of(blobs),
        List.of());
  }

  private List<NodeId> locate(NodeId asking, BlobId blob, int limit) {
    return tracker.locate(
        asking,
        Optional.ofNullable(alive.get(asking)),
        blob,
        limit,
        id -> Optional.ofNullable(alive.get(id)));
  }

  @Test
  void nearOnesComeFirst() {
    NodeId asking = join("asking", "z1", "r1");
    NodeId far = join("far", "z2", "r1");
    NodeId zone = join("zone", "z1", "r2");
    NodeId rack = join("rack", "z1", "r1");
    List.of(far, zone, rack, asking).forEach(node -> advertise(node, ONE));
    assertThat(locate(asking, ONE, 10)).containsExactly(rack, zone, far);
    assertThat(locate(asking, ONE, 2)).containsExactly(rack, zone);
    assertThat(locate(asking, TWO, 10)).isEmpty();
  }

  @Test
  void equallyNearOnesTakeTurns() {
    NodeId asking = join("asking", "", "");
    Set<NodeId> first = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      advertise(join("n" + i, "", ""), ONE);
    }
    for (int i = 0; i < 200; i++) {
      first.add(locate(asking, ONE, 1).getFirst());
    }
    assertThat(first).hasSizeGreaterThan(10);
  }

  @Test
  void leavesOutTheSilentAndForgetsThemWhenTold() {
    NodeId asking = join("asking", "", "");
    NodeId holder = join("holder", "", "");
    advertise(holder, ONE);
    NodeInfo info = alive.remove(holder);
    assertThat(locate(asking, ONE, 10)).isEmpty();
    alive.put(holder, info);
    assertThat(locate(asking, ONE, 10)).containsExactly(holder);
    tracker.retain(Set.of(asking));
    assertThat(locate(asking, ONE, 10)).isEmpty();
    assertThat(tracker.tracks(info)).isFalse();
  }

  @Test
  void aNodeThatStartsAnewTellsEverythingAgain() {
    NodeId asking = join("asking", "", "");
    NodeId holder = join("holder", "", "");
    advertise(holder, ONE, TWO);
    NodeInfo again = new NodeInfo(holder, "holder:1", "", "", "", 2);
    assertThat(tracker.tracks(alive.get(holder))).isTrue();
    assertThat(tracker.tracks(again)).isFalse();
    alive.put(holder, again);
    advertise(holder, TWO);
    assertThat(tracker.tracks(again)).isTrue();
    assertThat(locate(asking, ONE, 10)).isEmpty();
    assertThat(locate(asking, TWO, 10)).containsExactly(holder);
  }

  @Test
  void takesNodesThatItHasNotHeardOfYet() {
    NodeId asking = join("asking", "", "");
    NodeId early = new NodeId("early");
    advertise(early, ONE);
    assertThat(locate(asking, ONE, 10)).isEmpty();
    join("early", "", "");
    assertThat(tracker.tracks(alive.get(early))).isTrue();
    assertThat(locate(asking, ONE, 10)).containsExactly(early);
  }
}
