package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.boot.tls.NodeCertificate;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.lease.LeaseOutcome;
import io.larder.lease.LeaseRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Raft port under mutual TLS.
class RaftTlsTest {
  private static final LeaseRequest REQUEST =
      new LeaseRequest(
          List.of(
              new LeaseRequest.Want(
                  new BlobId.Pinned(Digest.ofContent(new byte[1])),
                  new ChunkPlan(64L * ChunkPlan.CHUNK_SIZE),
                  1,
                  IndexSet.range(0, 64))),
          1,
          1);

  @TempDir Path directory;

  @Test
  void votersTalkUnderTlsAndStrangersAreLeftOut() throws Exception {
    RaftTls ours = certificate(CertificateAuthority.create(directory.resolve("ours")), "ours");
    RaftTls theirs =
        certificate(CertificateAuthority.create(directory.resolve("theirs")), "theirs");
    try (RaftCluster cluster = new RaftCluster(directory, options -> options).withTls(ours)) {
      for (String name : List.of("n0", "n1", "n2", "n3")) {
        cluster.start(name);
      }
      cluster.awaitVoters(3);
      for (String name : List.of("n0", "n1", "n2", "n3")) {
        RaftCluster.awaitGrant(cluster.node(name), REQUEST);
      }

      RaftMember voter =
          new RaftMember(
              new NodeId("n0"), cluster.node("n0").address(), Duration.ZERO, Instant.EPOCH);
      for (Optional<RaftTls> stranger : List.of(Optional.of(theirs), Optional.<RaftTls>empty())) {
        RaftOptions options =
            RaftOptions.of(
                new NodeId("stranger"),
                directory.resolve("stranger"),
                "127.0.0.1:0",
                "127.0.0.1:0",
                false,
                3,
                "test",
                stranger);
        try (RaftLeases leases = RaftLeases.start(options, List::of, () -> List.of(voter))) {
          assertThat(leases.acquire(REQUEST)).isInstanceOf(LeaseOutcome.Unavailable.class);
          assertThat(leases.health().coordinated()).isFalse();
        }
      }
    }
  }

  private RaftTls certificate(CertificateAuthority authority, String folder) {
    NodeCertificate issued =
        authority.issue(
            new NodeId("node"), List.of("127.0.0.1", "localhost"), directory.resolve(folder));
    return new RaftTls(issued.certificate(), issued.key(), issued.authority());
  }
}
