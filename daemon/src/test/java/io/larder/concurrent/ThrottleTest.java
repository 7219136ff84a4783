package io.larder.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  @Test
  void allWhoShareItKeepTheRateTogether() throws Exception {
    Throttle throttle = Throttle.of(2_000_000);
    long start = System.nanoTime();
    try (Scope scope = Scope.open("takers")) {
      for (int taker = 0; taker < 4; taker++) {
        scope.fork(
            () -> {
              for (int i = 0; i < 25; i++) {
                throttle.take(10_000);
              }
              return null;
            });
      }
      scope.join(Deadline.after(Duration.ofSeconds(30)));
    }
    // 1 MB at 2 MB/s, less the tenth of a second that may have been saved up.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(390));
  }

  @Test
  void withoutALimitNobodyWaits() throws Exception {
    Throttle throttle = Throttle.of(0);
    long start = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      throttle.take(Long.MAX_VALUE);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThatThrownBy(() -> Throttle.of(-1)).hasMessageContaining("-1 bytes per second");
  }

  @Test
  void whoWaitsCanBeInterrupted() {
    Throttle throttle = Throttle.of(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> throttle.take(1_000_000)).isInstanceOf(InterruptedException.class);
  }
}
