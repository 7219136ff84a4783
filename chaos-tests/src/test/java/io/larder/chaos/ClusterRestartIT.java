package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.client.Ensure;
import java.util.List;
import org.junit.jupiter.api.Test;

/// All daemons are killed at once while they download, as by a power cut of the room.
class ClusterRestartIT extends ChaosTest {
  @Test
  void whatWasVerifiedIsNotDownloadedAgain() throws InterruptedException {
    startCluster(3, builder -> builder.flag("transfer-origin-streams", "2"));
    List<Ensure> first = askAll();
    awaitSent(0.6);
    cluster.nodes().parallelStream().forEach(DaemonProcess::kill);
    assertThat(first)
        .noneMatch(
            ensure -> ensure.isDone() && !ensure.toCompletableFuture().isCompletedExceptionally());

    cluster.start(FORMED);
    for (Ensure ensure : askAll()) {
      assertDelivered(ensure);
    }
    long underWay = 3 * 2 * CHUNK;
    assertThat(relay.objectBytes())
        .as("origin bytes of both runs together")
        .isBetween(model.bytes(), model.bytes() + underWay);
  }
}
