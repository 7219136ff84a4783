package io.larder.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.larder.concurrent.Scope;
import io.larder.content.OriginRef;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.ScriptedOrigin;
import io.larder.store.TestBlobs;
import io.larder.swarm.InMemorySwarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactServiceTest {
  private static final long PLENTY = 1L << 30;
  private static final int MIB = 1 << 20;

  private final ScriptedOrigin origin = new ScriptedOrigin("test");
  private final InMemorySwarm swarm = new InMemorySwarm();
  private final SharedTable table = new SharedTable();
  private final List<TestNode> nodes = new ArrayList<>();
  private final Map<String, byte[]> model = new TreeMap<>();
  private Duration fresh = Duration.ofMinutes(1);

  @TempDir Path data;

  @AfterEach
  void stop() {
    nodes.forEach(TestNode::close);
  }

  private TestNode node(String name, long capacity) {
    TestNode node = new TestNode(name, data, capacity, swarm, table, origin, fresh);
    nodes.add(node);
    return node;
  }

  private Source model(String name, Map<String, Integer> sizes) {
    sizes.forEach(
        (path, size) -> {
          byte[] content = TestBlobs.bytes((name + path).hashCode(), size);
          model.put(path, content);
          origin.put(name, path, content);
        });
    return origin.source(name);
  }

  private long modelBytes() {
    return model.values().stream().mapToLong(content -> content.length).sum();
  }

  private void assertExposed(Artifact artifact) throws IOException {
    for (Map.Entry<String, byte[]> file : model.entrySet()) {
      assertThat(Files.readAllBytes(artifact.path().resolve(file.getKey())))
          .as(file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  private List<Artifact> ensureOnAll(Source source) throws InterruptedException {
    try (Scope scope = Scope.open("test")) {
      List<Future<Artifact>> all = new ArrayList<>();
      for (TestNode node : nodes) {
        all.add(scope.fork(() -> node.ensure(source)));
      }
      List<Artifact> artifacts = new ArrayList<>();
      for (Future<Artifact> one : all) {
        artifacts.add(Scope.get(one));
      }
      return artifacts;
    }
  }

  @Test
  void aSingleNodeFetchesEveryByteOnceAndExposesIt() throws Exception {
    Source source = model("m", Map.of("weights/a.bin", 9 * MIB, "b.bin", 5, "empty", 0));
    TestNode node = node("n1", PLENTY);
    Artifact artifact = node.ensure(source);
    assertExposed(artifact);
    assertThat(artifact.bytes()).isEqualTo(modelBytes());
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
    assertThat(node.ensure(source).path()).isEqualTo(artifact.path());
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
  }

  @Test
  void fiveNodesAtTheSameMomentFetchEveryByteOnceTogether() throws Exception {
    Source source = model("m", Map.of("a.bin", 60 * MIB, "b.bin", 13 * MIB + 7, "c.json", 300));
    for (int i = 1; i <= 5; i++) {
      node("n" + i, PLENTY);
    }
    origin.bytesPerSecond(40L * MIB);
    for (Artifact artifact : ensureOnAll(source)) {
      assertExposed(artifact);
    }
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
    assertThat(nodes).allSatisfy(node -> assertThat(node.peerBytes.get()).isPositive());
    assertThat(nodes.stream().mapToLong(node -> node.originBytes.get()).sum())
        .isEqualTo(modelBytes());
  }

  @Test
  void manySmallFilesComeOnceToo() throws Exception {
    Map<String, Integer> sizes = new TreeMap<>();
    for (int i = 0; i < 3000; i++) {
      sizes.put("d" + i % 17 + "/f" + i, i % 300);
    }
    Source source = model("m", sizes);
    node("n1", PLENTY);
    node("n2", PLENTY);
    for (Artifact artifact : ensureOnAll(source)) {
      assertExposed(artifact);
    }
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
  }

  @Test
  void aLateNodeTakesAllFromPeersEvenWhenTheOriginIsDown() throws Exception {
    Source source = model("m", Map.of("a.bin", 30 * MIB, "b.bin", 100));
    node("n1", PLENTY).ensure(source);
    origin.down();
    TestNode late = node("n2", PLENTY);
    assertExposed(late.ensure(source));
    assertThat(late.originBytes).hasValue(0);
    assertThat(late.peerBytes).hasValueGreaterThanOrEqualTo(modelBytes());
  }

  @Test
  void aPeerThatCorruptsBytesIsLeftOutAndNothingBadIsExposed() throws Exception {
    Source source = model("m", Map.of("a.bin", 40 * MIB));
    TestNode liar = node("n1", PLENTY);
    liar.ensure(source);
    node("n2", PLENTY).ensure(source);
    liar.swarm.corrupt(true);
    TestNode late = node("n3", PLENTY);
    assertExposed(late.ensure(source));
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
  }

  @Test
  void whatOnlyADeadNodeHeldIsFetchedAgain() throws Exception {
    Source source = model("m", Map.of("a.bin", 20 * MIB));
    TestNode first = node("n1", PLENTY);
    first.ensure(source);
    swarm.leave(first.id);
    TestNode second = node("n2", PLENTY);
    assertExposed(second.ensure(source));
    assertThat(origin.bytesServed()).isEqualTo(2 * modelBytes());
  }

  @Test
  void withoutTheLeaseTableDownloadsGoOnUncoordinated() throws Exception {
    Source source = model("m", Map.of("a.bin", 10 * MIB, "b", 3));
    table.reachable(false);
    TestNode node = node("n1", PLENTY);
    assertExposed(node.ensure(source));
    assertThat(node.uncoordinated.get()).isPositive();
  }

  @Test
  void anOriginWithoutRangesIsReadInOneStream() throws Exception {
    origin.access(OriginRef.Access.WHOLE);
    Source source = model("m", Map.of("a.bin", 17 * MIB));
    node("n1", PLENTY);
    node("n2", PLENTY);
    for (Artifact artifact : ensureOnAll(source)) {
      assertExposed(artifact);
    }
    assertThat(origin.bytesServed()).isEqualTo(modelBytes());
  }

  @Test
  void theLeastRecentlyUsedMakesRoomAndPinnedArtifactsStay() throws Exception {
    TestNode node = node("n1", 25L * MIB);
    Source pinned = model("pinned", Map.of("p.bin", 9 * MIB));
    model.clear();
    Source old = model("old", Map.of("o.bin", 9 * MIB));
    model.clear();
    node.ensure(pinned);
    node.artifacts.pin(pinned, "volume");
    Artifact gone = node.ensure(old);
    Source next = model("next", Map.of("n.bin", 9 * MIB));
    assertExposed(node.ensure(next));
    assertThat(gone.path()).doesNotExist();
    assertThat(node.evicted.get()).isGreaterThanOrEqualTo(9L * MIB);
    assertThat(node.artifacts.list())
        .extracting(artifact -> artifact.revision().source())
        .containsExactlyInAnyOrder(pinned, next);
    assertThatThrownBy(() -> node.artifacts.remove(pinned))
        .hasMessageContaining("is pinned by volume; unpin it first");
  }

  @Test
  void aModelLargerThanTheNodeIsRefusedBeforeTheFirstByte() {
    TestNode node = node("n1", 10L * MIB);
    Source source = model("m", Map.of("a.bin", 11 * MIB));
    assertThatThrownBy(() -> node.ensure(source))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED))
        .hasMessageContaining("no room for " + source)
        .hasMessageContaining(Long.toString(10L * MIB));
    assertThat(origin.bytesServed()).isZero();
  }

  @Test
  void nothingIsEvictedForAModelThatPinnedOnesLeaveNoRoomFor() throws Exception {
    TestNode node = node("n1", 25L * MIB);
    Source pinned = model("pinned", Map.of("p.bin", 9 * MIB));
    Source other = model("other", Map.of("o.bin", 9 * MIB));
    node.ensure(pinned);
    node.artifacts.pin(pinned, "volume");
    Artifact stays = node.ensure(other);
    Source large = model("large", Map.of("l.bin", 20 * MIB));
    assertThatThrownBy(() -> node.ensure(large)).hasMessageContaining("no room for " + large);
    assertThat(stays.path()).exists();
    assertThat(node.evicted).hasValue(0);
  }

  @Test
  void whatIsRemovedGivesItsBytesBack() throws Exception {
    TestNode node = node("n1", PLENTY);
    Source source = model("m", Map.of("a.bin", 6 * MIB));
    Artifact artifact = node.ensure(source);
    assertThat(node.artifacts.remove(source)).isGreaterThanOrEqualTo(modelBytes());
    assertThat(artifact.path()).doesNotExist();
    assertThat(node.store.usage().used()).isZero();
    assertThatThrownBy(() -> node.artifacts.stat(source))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
  }

  @Test
  void aSourceThatMovesIsFoundOutOnceItIsNoLongerFresh() throws Exception {
    fresh = Duration.ZERO;
    TestNode node = node("n1", PLENTY);
    Source source = model("m", Map.of("a.bin", MIB));
    Artifact before = node.ensure(source);
    model("m", Map.of("a.bin", 2 * MIB));
    Artifact after = node.ensure(source);
    assertThat(after.revision()).isNotEqualTo(before.revision());
    assertExposed(after);
    assertThat(before.path()).exists();
  }

  @Test
  void whoeverWaitsNoLongerStopsTheDownloadAndKeepsWhatWasVerified() throws Exception {
    TestNode node = node("n1", PLENTY);
    Source source = model("m", Map.of("a.bin", 40 * MIB));
    origin.bytesPerSecond(8L * MIB);
    try (Scope scope = Scope.open("test")) {
      scope.fork(
          () -> {
            try {
              return node.ensure(source);
            } catch (InterruptedException e) {
              return "stopped";
            }
          });
      await().until(() -> node.originBytes.get() >= 8L * MIB);
    }
    await().until(() -> origin.open() == 0);
    long kept = node.originBytes.get();
    origin.bytesPerSecond(0);
    long served = origin.bytesServed();
    assertExposed(node.ensure(source));
    assertThat(origin.bytesServed() - served).isEqualTo(modelBytes() - kept);
  }
}
