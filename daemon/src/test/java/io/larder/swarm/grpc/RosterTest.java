package io.larder.swarm.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.NodeId;
import io.larder.swarm.Membership.Member;
import io.larder.swarm.NodeInfo;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RosterTest {
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private long now = TimeUnit.DAYS.toNanos(1);
  private final NodeInfo self = node("self", 7);
  private final Roster roster = new Roster(self, SILENCE, () -> now);

  private static NodeInfo node(String name, long incarnation) {
    return new NodeInfo(new NodeId(name), name + ":" + incarnation, "", "", "", incarnation);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aNodeIsAMemberUntilItIsSilent() {
    NodeInfo other = node("a", 1);
    assertThat(roster.hear(other, Duration.ZERO)).isEqualTo(Roster.News.JOINED);
    pass(SILENCE);
    assertThat(roster.find(other.id())).contains(other);
    assertThat(roster.members())
        .containsExactly(new Member(other, SILENCE), new Member(self, Duration.ZERO));
    pass(Duration.ofMillis(1));
    assertThat(roster.find(other.id())).isEmpty();
    assertThat(roster.members()).containsExactly(new Member(self, Duration.ZERO));
    assertThat(roster.known(other.id())).contains(other);
    assertThat(roster.hear(other, Duration.ZERO)).isEqualTo(Roster.News.JOINED);
  }

  @Test
  void hearsayAges() {
    NodeInfo other = node("a", 1);
    roster.hear(other, Duration.ofSeconds(4));
    pass(Duration.ofSeconds(2));
    assertThat(roster.find(other.id())).isEmpty();
    // The same report once more, now older, brings nobody back.
    assertThat(roster.hear(other, Duration.ofSeconds(6))).isEqualTo(Roster.News.NONE);
    assertThat(roster.find(other.id())).isEmpty();
  }

  @Test
  void theFresherReportStands() {
    NodeInfo other = node("a", 1);
    roster.hear(other, Duration.ofSeconds(1));
    assertThat(roster.hear(other, Duration.ofSeconds(3))).isEqualTo(Roster.News.NONE);
    assertThat(roster.members()).contains(new Member(other, Duration.ofSeconds(1)));
    roster.hear(other, Duration.ZERO);
    assertThat(roster.members()).contains(new Member(other, Duration.ZERO));
  }

  @Test
  void theHigherIncarnationStands() {
    NodeInfo before = node("a", 1);
    NodeInfo after = node("a", 2);
    roster.hear(before, Duration.ZERO);
    assertThat(roster.hear(after, Duration.ofSeconds(3))).isEqualTo(Roster.News.JOINED);
    assertThat(roster.find(after.id())).contains(after);
    roster.hear(before, Duration.ZERO);
    assertThat(roster.find(after.id())).contains(after);
  }

  @Test
  void noticesANodeThatTakesItsName() {
    assertThat(roster.hear(self, Duration.ZERO)).isEqualTo(Roster.News.NONE);
    assertThat(roster.hear(node("self", 8), Duration.ZERO)).isEqualTo(Roster.News.IMPOSTOR);
    assertThat(roster.members()).containsExactly(new Member(self, Duration.ZERO));
  }

  @Test
  void forgetsAfterALongSilence() {
    NodeInfo other = node("a", 1);
    roster.hear(other, Duration.ZERO);
    pass(Duration.ofMinutes(4));
    roster.sweep();
    assertThat(roster.known(other.id())).contains(other);
    pass(Duration.ofMinutes(2));
    roster.sweep();
    assertThat(roster.known(other.id())).isEmpty();
  }

  @Test
  void aSampleIsBoundedAndLacksThisNode() {
    for (int i = 0; i < 100; i++) {
      roster.hear(node("n" + i, 1), Duration.ZERO);
    }
    assertThat(roster.sample(10, new Random(1)))
        .hasSize(10)
        .doesNotHaveDuplicates()
        .noneMatch(member -> member.node().equals(self));
    assertThat(roster.sample(1000, new Random(1))).hasSize(100);
  }
}
