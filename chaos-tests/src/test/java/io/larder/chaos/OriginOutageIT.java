package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.client.Ensure;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The origin fails while a download is under way.
class OriginOutageIT extends ChaosTest {
  @Test
  void theOriginDiesHalfWayAndComesBack() throws InterruptedException {
    startCluster(3, UnaryOperator.identity());
    List<Ensure> ensures = askAll();
    awaitSent(0.5);
    relay.down();
    await("three seconds without an origin").pollDelay(Duration.ofSeconds(3)).until(() -> true);
    assertThat(ensures).noneMatch(Ensure::isDone);
    relay.up();
    for (Ensure ensure : ensures) {
      assertDelivered(ensure);
    }
    assertThat(relay.repeatedBytes())
        .as("only what was cut off is sent again")
        .isLessThan(12 * CHUNK);
  }

  @Test
  void connectionsThatAreCutAgainAndAgain() throws InterruptedException {
    startCluster(3, UnaryOperator.identity());
    List<Ensure> ensures = askAll();
    for (double share : new double[] {0.2, 0.4, 0.6}) {
      awaitSent(share);
      relay.cut();
    }
    for (Ensure ensure : ensures) {
      assertDelivered(ensure);
    }
  }
}
