package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.DaemonProcess;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Two of three voters are gone: coordination is an optimisation of the origin's bill, never a
/// gate.
class NoQuorumIT extends ChaosTest {
  @Test
  void aModelStillArrives() throws InterruptedException {
    startCluster(3, UnaryOperator.identity());
    DaemonProcess last = cluster.node(2);
    cluster.node(0).kill();
    cluster.node(1).kill();
    assertDelivered(ask(last));
    await("the metric says that downloads are not coordinated")
        .until(() -> last.metric("larder_coordinated", "").orElse(-1.0) == 0.0);
    assertThat(last.ready()).isTrue();

    cluster.node(0).start().awaitReady(FORMED);
    await("the group has a quorum again")
        .until(() -> last.metric("larder_coordinated", "").orElse(-1.0) == 1.0);
    // Nobody agreed on the chunks that one node fetched alone, so they are not taken on trust.
    assertDelivered(ask(cluster.node(0)));
    assertThat(relay.objectBytes()).isLessThanOrEqualTo(2 * model.bytes());
  }
}
