package io.larder.boot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void bytesInTheUnitsPeopleUse() {
    assertThat(Units.parseBytes("0")).isZero();
    assertThat(Units.parseBytes("12B")).isEqualTo(12);
    assertThat(Units.parseBytes("1.5 KiB")).isEqualTo(1536);
    assertThat(Units.parseBytes("2Gi")).isEqualTo(2L << 30);
    assertThat(Units.parseBytes("3gb")).isEqualTo(3_000_000_000L);
    assertThat(Units.parseBytes("3T")).isEqualTo(3_000_000_000_000L);
  }

  @Test
  void nonsenseIsRefused() {
    for (String text :
        List.of("", "-1", "GiB", "1 GiB more", "1ib", "5 bananas", "1e9", "99999PiB")) {
      assertThatThrownBy(() -> Units.parseBytes(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String text : List.of("", "5", "-5s", "5 weeks", "1.5s", "99999999999s")) {
      assertThatThrownBy(() -> Units.parseDuration(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatIsPrintedIsReadBack() {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      long bytes = random.nextLong(1L << 50) >> random.nextInt(50) << random.nextInt(10);
      assertThat(Units.parseBytes(Units.bytes(bytes)))
          .as("-Dlarder.seed=%d", seed)
          .isEqualTo(bytes);
      Duration duration = Duration.ofMillis(random.nextInt(1_000_000_000));
      assertThat(Units.parseDuration(Units.duration(duration)))
          .as("-Dlarder.seed=%d", seed)
          .isEqualTo(duration);
    }
  }

  @Test
  void distanceCountsEdits() {
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.of("disk.capacity", List.of("data", "store.capacity")))
        .contains("store.capacity");
    assertThat(Nearest.of("quux", List.of("data", "store.capacity"))).isEmpty();
  }
}
