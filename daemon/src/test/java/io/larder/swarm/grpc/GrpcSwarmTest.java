package io.larder.swarm.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.boot.tls.NodeCertificate;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.concurrent.Throttle;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.NodeId;
import io.larder.error.LarderException;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.CollectingSink;
import io.larder.swarm.InMemoryServedBlobs;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerMeter;
import io.larder.swarm.SwarmOptions;
import io.larder.swarm.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the swarm over gRPC does beyond its contracts.
class GrpcSwarmTest {
  private final InMemoryServedBlobs served = new InMemoryServedBlobs();
  private final InMemoryServedBlobs nothing = new InMemoryServedBlobs();
  private GrpcCluster cluster = new GrpcCluster();

  @TempDir private Path folder;

  @AfterEach
  void close() {
    cluster.close();
    served.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static void assertStaysAlone(GrpcSwarm node, String other) {
    await()
        .during(Duration.ofMillis(500))
        .untilAsserted(() -> assertThat(node.membership().find(new NodeId(other))).isEmpty());
  }

  @Test
  void nodesFindEachOtherThroughOneSeed() {
    cluster.join("a", "", "", nothing);
    for (String name : List.of("b", "c", "d", "e")) {
      cluster.join(
          name,
          "",
          "",
          nothing,
          options ->
              SwarmOptions.of(
                      options.self(),
                      options.listen(),
                      options.cluster(),
                      List.of(cluster.node("a").self().peerAddress()))
                  .withTimes(options.stall(), options.heartbeat(), options.silence()));
    }
    cluster.settle();
    assertThat(cluster.node("e").membership().members())
        .extracting(member -> member.node().id().value())
        .containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void aSilentNodeIsNoMemberAndComesBack() {
    cluster.join("a", "", "", nothing);
    cluster.join("b", "", "", nothing);
    cluster.settle();
    NodeId b = new NodeId("b");
    cluster.node("b").close();
    await().untilAsserted(() -> assertThat(cluster.node("a").membership().find(b)).isEmpty());
    cluster.join("b", "", "", nothing);
    cluster.settle();
    assertThat(cluster.node("a").membership().find(b)).contains(cluster.node("b").self());
  }

  @Test
  void membersLearnTheCoordinatorFromItself() {
    cluster.join("a", "", "", nothing);
    GrpcSwarm knows = cluster.node("a");
    GrpcSwarm learns =
        GrpcSwarm.open(
            SwarmOptions.of(
                    new NodeInfo(new NodeId("b"), "127.0.0.1:0", "", "", "", 9),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "test",
                    List.of(knows.self().peerAddress()))
                .withTimes(Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofSeconds(2)),
            nothing,
            Throttle.of(0),
            Optional::empty,
            List::of,
            PeerMeter.none());
    try (learns) {
      cluster.lead(Optional.of(new NodeId("a")));
      await()
          .untilAsserted(
              () -> assertThat(learns.membership().coordinator()).contains(new NodeId("a")));
      assertThat(learns.membership().voters()).containsExactly(knows.self());
      cluster.lead(Optional.empty());
      await().untilAsserted(() -> assertThat(learns.membership().coordinator()).isEmpty());
    }
  }

  @Test
  void anotherClusterIsRefused() {
    cluster.join("a", "", "", nothing);
    cluster.join(
        "b",
        "",
        "",
        nothing,
        options ->
            SwarmOptions.of(options.self(), options.listen(), "other", options.seeds())
                .withTimes(options.stall(), options.heartbeat(), options.silence()));
    assertStaysAlone(cluster.node("a"), "b");
    assertStaysAlone(cluster.node("b"), "a");
  }

  private Optional<TlsOptions> certificate(CertificateAuthority authority, String name) {
    NodeCertificate made =
        authority.issue(new NodeId(name), List.of("127.0.0.1"), folder.resolve("node-" + name));
    return Optional.of(new TlsOptions(made.certificate(), made.key(), made.authority()));
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    CertificateAuthority ours = CertificateAuthority.create(folder.resolve("ours"));
    CertificateAuthority theirs = CertificateAuthority.create(folder.resolve("theirs"));
    cluster = new GrpcCluster(name -> certificate(name.startsWith("our") ? ours : theirs, name));
    cluster.join("our-a", "", "", nothing);
    cluster.join("their-b", "", "", nothing);
    cluster.join("our-c", "", "", nothing);
    await()
        .untilAsserted(
            () ->
                assertThat(cluster.node("our-c").membership().find(new NodeId("our-a")))
                    .isPresent());
    assertStaysAlone(cluster.node("our-a"), "their-b");
    assertStaysAlone(cluster.node("their-b"), "our-a");
  }

  @Test
  void plainTextIsRefusedUnderTls() {
    CertificateAuthority ours = CertificateAuthority.create(folder.resolve("ours"));
    cluster =
        new GrpcCluster(name -> name.equals("secure") ? certificate(ours, name) : Optional.empty());
    cluster.join("secure", "", "", nothing);
    cluster.join("plain", "", "", nothing);
    assertStaysAlone(cluster.node("secure"), "plain");
    assertStaysAlone(cluster.node("plain"), "secure");
  }

  @Test
  void aTrackerThatStartsAnewIsToldAgain() {
    List.of("a", "b", "c").forEach(name -> cluster.join(name, "", "", nothing));
    cluster.settle();
    cluster.lead(Optional.of(new NodeId("b")));
    BlobId blob = new BlobId.Sha256(Digest.ofContent(new byte[] {1}));
    cluster.node("a").directory().advertise(List.of(blob));
    await().untilAsserted(() -> assertThat(holders("c", blob)).containsExactly("a"));

    cluster.node("b").close();
    cluster.join("b", "", "", nothing);

    await().untilAsserted(() -> assertThat(holders("b", blob)).containsExactly("a"));
    assertThat(holders("c", blob)).containsExactly("a");
  }

  @Test
  void aDeadCoordinatorDoesNotHidePeers() {
    List.of("a", "b", "c").forEach(name -> cluster.join(name, "", "", nothing));
    cluster.settle();
    cluster.lead(Optional.of(new NodeId("b")));
    BlobId blob = new BlobId.Sha256(Digest.ofContent(new byte[] {1}));
    cluster.node("a").directory().advertise(List.of(blob));
    await().untilAsserted(() -> assertThat(holders("c", blob)).containsExactly("a"));
    cluster.node("b").close();
    assertThat(holders("c", blob)).containsExactly("a");
  }

  private List<String> holders(String asking, BlobId blob) {
    return cluster.node(asking).directory().lookup(List.of(blob)).get(blob).stream()
        .map(NodeId::value)
        .toList();
  }

  @Test
  void uploadsKeepToTheirLimitAndShareIt() throws Exception {
    int rate = 8 << 20;
    GrpcSwarm peer = cluster.join("peer", "", "", served, options -> options.withUploads(rate, 16));
    GrpcSwarm self = cluster.join("self", "", "", nothing);
    cluster.settle();
    BlobId blob = served.add(new byte[8 << 20]);
    long start = System.nanoTime();
    List<Long> ends;
    try (Scope scope = Scope.open("readers")) {
      List<Future<Long>> reads =
          IntStream.range(0, 2)
              .mapToObj(
                  i ->
                      scope.fork(
                          () -> {
                            self.peers()
                                .read(
                                    peer.self().id(),
                                    List.of(new ChunkRef(blob, i)),
                                    new CollectingSink(),
                                    soon());
                            return System.nanoTime() - start;
                          }))
              .toList();
      ends = List.of(Scope.get(reads.get(0)), Scope.get(reads.get(1)));
    }
    // 8 MiB at 8 MiB/s, less what may pass at once; neither stream is done long before the other.
    assertThat(ends).allSatisfy(end -> assertThat(end / 1e9).isGreaterThan(0.6));
  }

  @Test
  void moreStreamsThanSlotsWait() throws Exception {
    GrpcSwarm peer = cluster.join("peer", "", "", served, options -> options.withUploads(0, 1));
    GrpcSwarm self = cluster.join("self", "", "", nothing);
    cluster.settle();
    BlobId blob = served.add(new byte[12 << 20]);
    try (Scope scope = Scope.open("readers")) {
      List<Future<CollectingSink>> reads =
          IntStream.range(0, 6)
              .mapToObj(
                  i ->
                      scope.fork(
                          () -> {
                            CollectingSink sink = new CollectingSink();
                            self.peers()
                                .read(
                                    peer.self().id(),
                                    List.of(new ChunkRef(blob, i % 3)),
                                    sink,
                                    soon());
                            return sink;
                          }))
              .toList();
      for (Future<CollectingSink> read : reads) {
        assertThat(Scope.get(read).completed()).hasSize(1);
      }
    }
  }

  @Test
  void aStalledPeerIsGivenUp() {
    // One byte per second: nothing comes for an hour.
    GrpcSwarm peer = cluster.join("peer", "", "", served, options -> options.withUploads(1, 16));
    GrpcSwarm self =
        cluster.join(
            "self",
            "",
            "",
            nothing,
            options ->
                options.withTimes(Duration.ofMillis(300), options.heartbeat(), options.silence()));
    cluster.settle();
    BlobId blob = served.add(new byte[4 << 20]);
    assertThatThrownBy(
            () ->
                self.peers()
                    .read(
                        peer.self().id(),
                        List.of(new ChunkRef(blob, 0)),
                        new CollectingSink(),
                        soon()))
        .isInstanceOf(LarderException.class)
        .hasMessageContaining("sent nothing for 300 ms");
    await().untilAsserted(() -> assertThat(served.openHandles()).isZero());
  }

  @Test
  void badTlsFilesAreNamed() {
    TlsOptions missing =
        new TlsOptions(folder.resolve("a.pem"), folder.resolve("b.pem"), folder.resolve("c.pem"));
    assertThatThrownBy(() -> new GrpcCluster(_ -> Optional.of(missing)).join("x", "", "", nothing))
        .isInstanceOf(LarderException.class)
        .hasMessageContaining("a.pem");
  }

  @Test
  void aTakenPortIsNamed() {
    GrpcSwarm first = cluster.join("a", "", "", nothing);
    int port = Integer.parseInt(first.self().peerAddress().replaceFirst(".*:", ""));
    assertThatThrownBy(
            () ->
                cluster.join(
                    "b",
                    "",
                    "",
                    nothing,
                    options ->
                        SwarmOptions.of(
                            options.self(),
                            new InetSocketAddress("127.0.0.1", port),
                            "test",
                            List.of())))
        .isInstanceOf(LarderException.class)
        .hasMessageContaining(Integer.toString(port))
        .hasMessageContaining("peer.listen");
  }
}
