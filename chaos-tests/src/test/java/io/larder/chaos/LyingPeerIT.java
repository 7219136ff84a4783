package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.client.Ensure;
import io.larder.concurrent.Deadline;
import io.larder.content.FileEntry;
import io.larder.content.Source;
import io.larder.origin.s3.S3Options;
import io.larder.origin.s3.S3Origin;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A peer that lies about everything, from before anybody knows better.
class LyingPeerIT extends ChaosTest {
  @Override
  long modelBytes() {
    return 48L << 20;
  }

  @Test
  void nothingItSaysReachesAPath() throws Exception {
    cluster =
        closer.register(
            Cluster.builder(folder).nodes(3).s3(relay.endpoint()).flag("lease-ttl", "3s").build());
    cluster.start(FORMED);
    LyingPeer liar =
        closer.register(
            new LyingPeer(
                cluster.nodes().stream().map(node -> node.settings().peerAddress()).toList(),
                files()));
    await("the liar is a member")
        .until(
            () ->
                cluster.nodes().stream()
                    .allMatch(
                        node ->
                            node.status().orElseThrow().cluster().members().stream()
                                .anyMatch(member -> member.id().equals("liar"))));
    List<Ensure> ensures = askAll();
    for (Ensure ensure : ensures) {
      assertDelivered(ensure);
    }
    int chunks = (int) (model.bytes() / CHUNK);
    assertThat(liar.chunksServed())
        .as("chunks of nonsense taken by three nodes before they left the liar out")
        .isLessThan(3 * chunks);
    assertThat(relay.repeatedBytes()).isLessThan(model.bytes());
  }

  /// As the daemons see them: the names of blobs come from what the origin says about its objects.
  private List<FileEntry> files() throws InterruptedException {
    OriginProcess.credentials()
        .forEach(
            (name, value) ->
                System.setProperty(
                    switch (name) {
                      case "AWS_ACCESS_KEY_ID" -> "aws.accessKeyId";
                      case "AWS_SECRET_ACCESS_KEY" -> "aws.secretAccessKey";
                      case "AWS_REGION" -> "aws.region";
                      default -> "larder.unused";
                    },
                    value));
    try (S3Origin s3 =
        new S3Origin(S3Options.defaults().withEndpoint(URI.create(relay.endpoint())))) {
      Deadline deadline = Deadline.after(Duration.ofSeconds(30));
      return s3.manifest(s3.resolve(Source.parse(SOURCE), deadline), deadline).files();
    }
  }
}
