package io.larder.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamGovernorTest {
  @Test
  void climbsWhileEachStreamBringsMore() {
    StreamGovernor governor = new StreamGovernor(1, 8);
    for (int i = 0; i < 8; i++) {
      governor.next(100.0 * governor.streams());
    }
    assertThat(governor.streams()).isEqualTo(8);
  }

  @Test
  void stepsBackWhenTheOriginIsTheLimit() {
    StreamGovernor governor = new StreamGovernor(1, 8);
    governor.next(100);
    assertThat(governor.streams()).isEqualTo(2);
    governor.next(101);
    assertThat(governor.streams()).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThat(governor.next(100)).isEqualTo(1);
    }
  }

  @Test
  void triesAgainAfterAWhile() {
    StreamGovernor governor = new StreamGovernor(1, 4);
    governor.next(100);
    governor.next(100);
    int most = 0;
    for (int i = 0; i < 12; i++) {
      most = Math.max(most, governor.next(100));
    }
    assertThat(most).isEqualTo(2);
  }

  @Test
  void staysWhileNothingComes() {
    StreamGovernor governor = new StreamGovernor(2, 8);
    for (int i = 0; i < 20; i++) {
      assertThat(governor.next(0)).isEqualTo(2);
    }
  }
}
