package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.client.Ensure;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A node that hangs: it holds its connections and its leases, and says nothing.
class FrozenPeerIT extends ChaosTest {
  @Test
  void theOthersGoOnWithoutIt() throws InterruptedException {
    startCluster(4, UnaryOperator.identity());
    DaemonProcess leader = cluster.leader().orElseThrow();
    DaemonProcess frozen =
        cluster.nodes().stream().filter(node -> node != leader).toList().getLast();
    List<Ensure> ensures = askAll();
    awaitSent(0.4);
    frozen.freeze();
    for (DaemonProcess node : cluster.nodes()) {
      if (node != frozen) {
        assertDelivered(ensures.get(cluster.nodes().indexOf(node)));
      }
    }
    frozen.thaw();
    assertDelivered(ensures.get(cluster.nodes().indexOf(frozen)));
    assertThat(relay.objectBytes()).isLessThan(2 * model.bytes());
  }
}
