package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.lease.LeaseOutcome;
import io.larder.lease.LeaseRequest;
import io.larder.lease.Leases;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Growth, loss and return of the nodes of a group.
class RaftGroupTest {
  @TempDir Path directory;
  private RaftCluster cluster;

  private void cluster(UnaryOperator<RaftOptions> adjust, String... names) {
    cluster = new RaftCluster(directory, adjust);
    for (String name : names) {
      cluster.start(name);
    }
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void growsFromOneVoterToThreeOfFiveNodes() throws Exception {
    cluster(UnaryOperator.identity(), "n0");
    cluster.awaitVoters(1);
    BlobId blob = seal(cluster.node("n0"));
    for (String name : List.of("n1", "n2", "n3", "n4")) {
      cluster.start(name);
    }
    cluster.awaitVoters(3);
    for (String name : List.of("n0", "n1", "n2", "n3", "n4")) {
      assertSealed(cluster.node(name), blob);
      RaftCluster.awaitGrant(cluster.node(name), request(newBlob(), 1));
    }
    assertThat(
            Stream.of("n0", "n1", "n2", "n3", "n4")
                .filter(name -> cluster.node(name).health().role() == Leases.Role.CLIENT))
        .hasSize(2);
  }

  @Test
  void twoNodesStayWithOneVoter() {
    cluster(UnaryOperator.identity(), "n0", "n1");
    cluster.awaitVoters(1);
    RaftCluster.awaitGrant(cluster.node("n1"), request(newBlob(), 1));
    assertThat(cluster.node("n0").health().voters()).containsExactly(new NodeId("n0"));
  }

  @Test
  void anyNumberOfVotersMayRestart() throws Exception {
    cluster(UnaryOperator.identity(), "n0", "n1", "n2");
    cluster.awaitVoters(3);
    for (List<String> restarted :
        List.of(List.of("n1"), List.of("n0", "n2"), List.of("n0", "n1", "n2"))) {
      BlobId blob = seal(cluster.node("n0"));
      restarted.forEach(cluster::stop);
      restarted.forEach(cluster::start);
      cluster.awaitVoters(3);
      for (String name : List.of("n0", "n1", "n2")) {
        assertSealed(cluster.node(name), blob);
        RaftCluster.awaitGrant(cluster.node(name), request(newBlob(), 1));
      }
    }
  }

  @Test
  void extentsOfADeadLeaderAreLeasedAgainWithinFiveSeconds() throws Exception {
    cluster(
        options -> options.withGrowth(Duration.ofMillis(200), Duration.ofMinutes(5)),
        "n0",
        "n1",
        "n2");
    cluster.awaitVoters(3);
    String leader = cluster.awaitLeader();
    LeaseRequest request = request(newBlob(), 1);
    RaftCluster.awaitGrant(cluster.node(leader), request);
    Instant died = Instant.now();
    cluster.stop(leader);
    String other = leader.equals("n0") ? "n1" : "n0";
    RaftCluster.awaitGrant(cluster.node(other), request);
    Duration took = Duration.between(died, Instant.now());
    System.out.println("the dead leader's extent was leased again after " + took);
    assertThat(took).isLessThan(Duration.ofMillis(5500));
  }

  @Test
  void withoutAQuorumCallsFailFastAndRecoverByThemselves() throws Exception {
    cluster(
        options -> options.withGrowth(Duration.ofMillis(200), Duration.ofMinutes(5)),
        "n0",
        "n1",
        "n2");
    cluster.awaitVoters(3);
    cluster.stop("n1");
    cluster.stop("n2");
    RaftLeases left = cluster.node("n0");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                left.acquire(request(newBlob(), 1)) instanceof LeaseOutcome.Unavailable
                    && !left.health().coordinated());
    Instant before = Instant.now();
    assertThat(left.acquire(request(newBlob(), 1))).isInstanceOf(LeaseOutcome.Unavailable.class);
    assertThat(left.renew(List.of())).isEmpty();
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(1));

    cluster.start("n1");
    await().atMost(Duration.ofSeconds(20)).until(() -> left.health().coordinated());
    RaftCluster.awaitGrant(left, request(newBlob(), 1));
  }

  @Test
  void aVoterThatStaysAwayIsReplacedAndWelcomedBackAsAClient() throws Exception {
    cluster(UnaryOperator.identity(), "n0", "n1", "n2");
    cluster.awaitVoters(3);
    BlobId blob = seal(cluster.node("n0"));
    String leader = cluster.awaitLeader();
    String gone = leader.equals("n1") ? "n2" : "n1";
    cluster.start("n3");
    cluster.stop(gone);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                cluster.node("n3").health().voters().contains(new NodeId("n3"))
                    && !cluster.node("n0").health().voters().contains(new NodeId(gone)));
    assertSealed(cluster.node("n3"), blob);

    cluster.start(gone);
    RaftCluster.awaitGrant(cluster.node(gone), request(newBlob(), 1));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> cluster.node(gone).health().role() == Leases.Role.CLIENT);
    cluster.awaitVoters(3);
  }

  @Test
  void theLogStaysBoundedAndALateVoterGetsTheSnapshot() throws Exception {
    cluster(options -> options.withSnapshotEvery(200), "n0");
    cluster.awaitVoters(1);
    BlobId blob = seal(cluster.node("n0"));
    // Entries of 50 kB, most of it extents that the blobs do not have: 30 MB in all.
    IndexSet wide = IndexSet.range(0, 400_000);
    for (int i = 0; i < 600; i++) {
      LeaseRequest.Want want =
          new LeaseRequest.Want(newBlob(), new ChunkPlan(ChunkPlan.CHUNK_SIZE), 1, wide);
      assertThat(cluster.node("n0").acquire(new LeaseRequest(List.of(want), 1, 1)))
          .isInstanceOf(LeaseOutcome.Granted.class);
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(files("n0", "snapshot\\.\\d+_\\d+")).isBetween(1L, 2L);
              assertThat(bytes("n0")).isLessThan(20_000_000);
            });
    cluster.start("n1");
    cluster.start("n2");
    cluster.awaitVoters(3);
    assertSealed(cluster.node("n2"), blob);
    assertThat(files("n2", "snapshot\\.\\d+_\\d+")).isPositive();
  }

  private long bytes(String node) throws IOException {
    try (Stream<Path> files = Files.walk(cluster.folder(node))) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  private long files(String node, String name) throws IOException {
    try (Stream<Path> files = Files.walk(cluster.folder(node))) {
      return files.filter(file -> file.getFileName().toString().matches(name)).count();
    }
  }

  private static BlobId seal(Leases leases) {
    Digest content =
        Digest.ofContent(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
    BlobId blob = new BlobId.Sha256(content);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                leases
                    .seal(blob, 10L * ChunkPlan.CHUNK_SIZE, new Seal(content, content))
                    .isPresent());
    return blob;
  }

  private static void assertSealed(Leases leases, BlobId blob) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                leases.describe(Map.of(blob, 0L)).stream()
                    .anyMatch(state -> state.seal().isPresent()));
  }

  private static BlobId newBlob() {
    return new BlobId.Pinned(
        Digest.ofContent(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static LeaseRequest request(BlobId blob, int extents) {
    return new LeaseRequest(
        List.of(
            new LeaseRequest.Want(
                blob,
                new ChunkPlan((long) extents * ChunkPlan.CHUNK_SIZE),
                1,
                IndexSet.range(0, extents))),
        1,
        1);
  }
}
