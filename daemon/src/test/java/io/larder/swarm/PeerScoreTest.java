package io.larder.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.NodeId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerScoreTest {
  private static final NodeId FAST = new NodeId("fast");
  private static final NodeId SLOW = new NodeId("slow");

  private long now = Long.MAX_VALUE - 1_000_000;
  private final PeerScore score = new PeerScore(() -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void theFastestComesFirst() {
    for (int i = 0; i < 10; i++) {
      score.succeeded(SLOW, 1 << 20, Duration.ofSeconds(1));
      score.succeeded(FAST, 100 << 20, Duration.ofSeconds(1));
    }
    assertThat(score.usable(List.of(SLOW, FAST))).containsExactly(FAST, SLOW);
    assertThat(score.bytesPerSecond(SLOW)).isLessThan(5 << 20);
  }

  @Test
  void failuresLeaveAPeerOutForLongerEachTime() {
    score.failed(SLOW);
    assertThat(score.usable(List.of(SLOW, FAST))).containsExactly(FAST);
    pass(Duration.ofMillis(501));
    assertThat(score.usable(List.of(SLOW))).containsExactly(SLOW);
    score.failed(SLOW);
    pass(Duration.ofMillis(501));
    assertThat(score.usable(List.of(SLOW))).isEmpty();
    pass(Duration.ofMillis(500));
    assertThat(score.usable(List.of(SLOW))).containsExactly(SLOW);
  }

  @Test
  void aSuccessForgivesFailures() {
    for (int i = 0; i < 20; i++) {
      score.failed(SLOW);
    }
    pass(Duration.ofSeconds(33));
    score.succeeded(SLOW, 1, Duration.ofMillis(1));
    score.failed(SLOW);
    pass(Duration.ofMillis(501));
    assertThat(score.usable(List.of(SLOW))).containsExactly(SLOW);
  }

  @Test
  void corruptionIsABanThatSuccessDoesNotLift() {
    score.corrupted(FAST);
    score.succeeded(FAST, 1 << 20, Duration.ofMillis(1));
    pass(PeerScore.BAN.minusMillis(1));
    assertThat(score.usable(List.of(FAST))).isEmpty();
    pass(Duration.ofMillis(2));
    assertThat(score.usable(List.of(FAST))).containsExactly(FAST);
  }
}
