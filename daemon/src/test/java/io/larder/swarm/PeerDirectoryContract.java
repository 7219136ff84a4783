package io.larder.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [PeerDirectory] keeps to. Announcements may take a while to be seen.
public abstract class PeerDirectoryContract {
  private Cluster cluster;

  /// Starts three nodes that know each other: `a` and `b` in zone `z1`, rack `r1`, `c` in zone
  /// `z2`. Closed by the subclass after the test.
  protected abstract Cluster start();

  /// Three nodes.
  public interface Cluster {
    /// Of node `a`, `b` or `c`.
    PeerDirectory directory(String node);

    /// All nodes believe from now on that this one leads; empty for none.
    void lead(Optional<NodeId> leader);
  }

  @BeforeEach
  final void open() {
    cluster = start();
    cluster.lead(Optional.of(new NodeId("b")));
  }

  private static BlobId blob(int number) {
    return new BlobId.Sha256(Digest.ofContent(new byte[] {(byte) number}));
  }

  private List<String> holders(String asking, BlobId blob) {
    return cluster.directory(asking).lookup(List.of(blob)).getOrDefault(blob, List.of()).stream()
        .map(NodeId::value)
        .toList();
  }

  @Test
  void findsWhoAdvertisedNearOnesFirst() {
    cluster.directory("c").advertise(List.of(blob(1)));
    cluster.directory("b").advertise(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("a", blob(1))).containsExactly("b", "c"));
  }

  @Test
  void doesNotFindTheAskingNode() {
    cluster.directory("a").advertise(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("c", blob(1))).containsExactly("a"));
    assertThat(holders("a", blob(1))).isEmpty();
  }

  @Test
  void answersForEveryBlobAsked() {
    cluster.directory("a").advertise(List.of(blob(1), blob(3)));
    await()
        .untilAsserted(
            () -> {
              Map<BlobId, List<NodeId>> found =
                  cluster.directory("c").lookup(List.of(blob(1), blob(2), blob(3)));
              assertThat(found.get(blob(1))).containsExactly(new NodeId("a"));
              assertThat(found.getOrDefault(blob(2), List.of())).isEmpty();
              assertThat(found.get(blob(3))).containsExactly(new NodeId("a"));
            });
  }

  @Test
  void forgetsWhatIsWithdrawn() {
    cluster.directory("a").advertise(List.of(blob(1), blob(2)));
    await().untilAsserted(() -> assertThat(holders("c", blob(2))).containsExactly("a"));
    cluster.directory("a").withdraw(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("c", blob(1))).isEmpty());
    assertThat(holders("c", blob(2))).containsExactly("a");
  }

  @Test
  void outlivesAChangeOfLeader() {
    cluster.directory("a").advertise(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("b", blob(1))).containsExactly("a"));
    cluster.lead(Optional.of(new NodeId("c")));
    await().untilAsserted(() -> assertThat(holders("b", blob(1))).containsExactly("a"));
    cluster.directory("b").advertise(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("c", blob(1))).contains("a", "b"));
  }

  @Test
  void findsPeersWithoutALeader() {
    cluster.lead(Optional.empty());
    cluster.directory("a").advertise(List.of(blob(1)));
    cluster.directory("c").advertise(List.of(blob(1)));
    await().untilAsserted(() -> assertThat(holders("b", blob(1))).containsExactly("a", "c"));
    await().untilAsserted(() -> assertThat(holders("c", blob(1))).containsExactly("a"));
  }

  @Test
  void takesManyBlobsAtOnce() {
    List<BlobId> many =
        IntStream.range(0, 10_000)
            .<BlobId>mapToObj(
                i -> new BlobId.Pinned(Digest.ofContent(Integer.toString(i).getBytes())))
            .toList();
    cluster.directory("a").advertise(many);
    await()
        .untilAsserted(
            () ->
                assertThat(cluster.directory("c").lookup(many).values())
                    .hasSize(many.size())
                    .allSatisfy(nodes -> assertThat(nodes).containsExactly(new NodeId("a"))));
  }
}
