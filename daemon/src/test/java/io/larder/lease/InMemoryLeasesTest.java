package io.larder.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryLeasesTest extends LeasesContract {
  private final InMemoryLeases.Group group = new InMemoryLeases.Group(TTL);
  private final Leases first = group.join(new NodeId("a"));
  private final Leases second = group.join(new NodeId("b"));

  @Override
  protected Leases first() {
    return first;
  }

  @Override
  protected Leases second() {
    return second;
  }

  @Override
  protected NodeId firstNode() {
    return new NodeId("a");
  }

  @Test
  void aNodeThatIsCutOffIsTold() throws Exception {
    group.reachable(new NodeId("a"), false);
    LeaseRequest request = new LeaseRequest(List.of(wantAll(newBlob(), 1)), 1, 1);
    assertThat(first.acquire(request)).isInstanceOf(LeaseOutcome.Unavailable.class);
    assertThat(first.health().coordinated()).isFalse();
    assertThat(second.acquire(request)).isInstanceOf(LeaseOutcome.Granted.class);
  }
}
