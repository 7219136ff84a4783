package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GroupClockTest {
  private final AtomicLong wall = new AtomicLong(1_000_000);
  private final AtomicLong nanos = new AtomicLong(5);
  private final GroupClock clock =
      new GroupClock(() -> Instant.ofEpochMilli(wall.get()), nanos::get);

  @Test
  void goesOnWithTheMonotonicClockWhateverTheWallClockIsSetTo() {
    assertThat(clock.stamp(0)).isEqualTo(1_000_000);
    wall.set(9_000_000);
    nanos.addAndGet(3_000_000);
    assertThat(clock.stamp(1_000_000)).isEqualTo(1_000_003);
    wall.set(0);
    nanos.addAndGet(1_000_000);
    assertThat(clock.stamp(1_000_003)).isEqualTo(1_000_004);
  }

  @Test
  void aLeaderWhoseClockIsBehindStartsFromTheTable() {
    clock.restart();
    assertThat(clock.stamp(2_000_000)).isEqualTo(2_000_000);
    nanos.addAndGet(7_000_000);
    assertThat(clock.stamp(2_000_000)).isEqualTo(2_000_007);
  }
}
