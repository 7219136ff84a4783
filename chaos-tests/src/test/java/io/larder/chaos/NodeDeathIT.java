package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.client.Ensure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// One node dies while all download. The others finish without noticing much, and what the origin
/// sends again is at most what went down with that node.
class NodeDeathIT extends ChaosTest {
  /// Chunks that a node fetches from the origin at the same time.
  private static final int STREAMS = 4;

  @Test
  void theRaftLeaderDies() throws InterruptedException {
    startCluster(4, UnaryOperator.identity());
    DaemonProcess leader = cluster.leader().orElseThrow();
    // While nobody leads, no lease is renewed: what was under way anywhere may be granted again.
    killDuringDownload(leader, 4 * STREAMS);
    await("another node leads").until(() -> cluster.leader().isPresent());
    leader.start().awaitReady(FORMED);
    long before = relay.objectBytes();
    assertDelivered(ask(leader));
    assertThat(relay.objectBytes())
        .as("it came back and got the rest from peers")
        .isEqualTo(before);
  }

  @Test
  void aNodeThatHoldsLeasesDies() throws InterruptedException {
    startCluster(4, UnaryOperator.identity());
    DaemonProcess leader = cluster.leader().orElseThrow();
    DaemonProcess follower =
        cluster.nodes().stream().filter(node -> node != leader).toList().getLast();
    // What it had verified may not have been passed on yet; what it was fetching is gone as well.
    killDuringDownload(follower, STREAMS);
  }

  /// @param underWay chunks that may be fetched twice beside what the victim had
  private void killDuringDownload(DaemonProcess victim, int underWay) throws InterruptedException {
    List<Ensure> survivors = new ArrayList<>();
    Ensure doomed = null;
    for (DaemonProcess node : cluster.nodes()) {
      Ensure ensure = ask(node);
      if (node == victim) {
        doomed = ensure;
      } else {
        survivors.add(ensure);
      }
    }
    awaitSent(0.4);
    victim.kill();
    long lost = doomed.progress().originBytes();
    for (Ensure ensure : survivors) {
      assertDelivered(ensure);
    }
    assertThat(relay.objectBytes())
        .as("origin bytes with %d lost at %s", lost, victim)
        .isBetween(model.bytes(), model.bytes() + lost + (underWay + 1) * CHUNK);
  }
}
