package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.NodeId;
import io.larder.lease.Leases;
import io.larder.lease.LeasesContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract on three voters and one client in this JVM.
class RaftLeasesTest extends LeasesContract {
  @TempDir static Path directory;
  private static RaftCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new RaftCluster(directory, options -> options.withLeaseTtl(TTL));
    for (String name : new String[] {"n0", "n1", "n2"}) {
      cluster.start(name);
    }
    cluster.awaitVoters(3);
    cluster.start("client");
    cluster.awaitVoters(3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  protected Leases first() {
    return cluster.node("n1");
  }

  @Override
  protected Leases second() {
    return cluster.node("client");
  }

  @Override
  protected NodeId firstNode() {
    return new NodeId("n1");
  }

  @Test
  void theLastNodeIsAClient() {
    assertThat(second().health().role()).isEqualTo(Leases.Role.CLIENT);
    assertThat(first().health().voters())
        .containsExactly(new NodeId("n0"), new NodeId("n1"), new NodeId("n2"));
  }
}
