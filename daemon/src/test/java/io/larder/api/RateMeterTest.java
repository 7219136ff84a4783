package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateMeterTest {
  private static final long SECOND = 1_000_000_000L;

  private final RateMeter meter = new RateMeter(Duration.ofSeconds(5));

  @Test
  void knows_nothing_from_one_sample() {
    meter.sample(0, 1_000);
    assertThat(meter.bytesPerSecond()).isZero();
    assertThat(meter.timeFor(1)).isEmpty();
  }

  @Test
  void is_exact_for_a_steady_flow() {
    for (int i = 0; i <= 50; i++) {
      meter.sample(i * SECOND / 5, i * 200L);
    }
    assertThat(meter.bytesPerSecond()).isEqualTo(1_000);
    assertThat(meter.timeFor(2_500)).contains(Duration.ofMillis(2_500));
  }

  @Test
  void forgets_what_is_older_than_its_window() {
    for (int i = 0; i <= 10; i++) {
      meter.sample(i * SECOND, i * 1_000_000L);
    }
    for (int i = 11; i <= 20; i++) {
      meter.sample(i * SECOND, 10_000_000L);
    }
    assertThat(meter.bytesPerSecond()).isZero();
    assertThat(meter.timeFor(1)).isEmpty();
  }

  @Test
  void is_not_upset_by_a_clock_that_stands_still() {
    meter.sample(7, 0);
    meter.sample(7, 100);
    assertThat(meter.bytesPerSecond()).isZero();
  }
}
