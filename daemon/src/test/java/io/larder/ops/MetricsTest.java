package io.larder.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.artifact.Artifact;
import io.larder.artifact.Artifacts;
import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.NodeId;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.MeteredOrigin;
import io.larder.origin.OriginStream;
import io.larder.origin.ScriptedOrigin;
import io.larder.store.Ingester;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final String TEXT = "text/plain; version=0.0.4";

  private final Metrics metrics = new Metrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void thePageIsUpToDate() throws Exception {
    if (Boolean.getBoolean("larder.docs.write")) {
      Files.writeString(PAGE, Metric.markdown());
    }
    assertThat(Files.readString(PAGE))
        .as(
            "docs/metrics.md is stale: run mvn test -pl daemon -am -Dtest=MetricsTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dlarder.docs.write=true")
        .isEqualTo(Metric.markdown());
  }

  @Test
  void aScrapeShowsWhatWasCounted() {
    metrics.fromOrigin(10);
    metrics.fromPeer(20);
    metrics.fromPeer(1);
    metrics.sent(new NodeId("a"), 30);
    metrics.received(new NodeId("a"), 22);
    metrics.uploads(1);
    metrics.uploads(1);
    metrics.uploads(-1);
    metrics.downloads(1);
    metrics.evicted(40);
    metrics.corruptChunk();
    metrics.uncoordinated();
    metrics.watchStore(() -> new Ingester.Usage(100, 50, 25, 3));
    metrics.watchCluster(() -> true, () -> 8);
    metrics.ensured("ok", Duration.ofMillis(1500));

    assertThat(metrics.scrape(TEXT).lines())
        .contains(
            "larder_origin_verified_bytes_total 10.0",
            "larder_peer_verified_bytes_total 21.0",
            "larder_peer_received_bytes_total 22.0",
            "larder_peer_uploads 1.0",
            "larder_peer_downloads 1.0",
            "larder_peer_sent_bytes_total 30.0",
            "larder_evicted_bytes_total 40.0",
            "larder_corrupt_chunks_total 1.0",
            "larder_uncoordinated_downloads_total 1.0",
            "larder_store_capacity_bytes 100.0",
            "larder_store_used_bytes 50.0",
            "larder_store_reserved_bytes 25.0",
            "larder_store_blobs 3.0",
            "larder_coordinated 1.0",
            "larder_cluster_nodes 8.0",
            "larder_ensure_seconds_count{outcome=\"ok\"} 1",
            "larder_ensure_seconds_sum{outcome=\"ok\"} 1.5");
    assertThat(metrics.originBytesVerified()).isEqualTo(10);
    assertThat(metrics.peerBytesVerified()).isEqualTo(21);
    assertThat(metrics.peerBytesSent()).isEqualTo(30);
  }

  @Test
  void theTableAndTheScrapeAgree() {
    metrics.requested("s3");
    metrics.received("s3", 1);
    metrics.failed("s3", ErrorKind.UNAVAILABLE);
    metrics.ensured("ok", Duration.ZERO);
    metrics.watchStore(() -> new Ingester.Usage(1, 0, 0, 0));
    metrics.watchCluster(() -> false, () -> 1);

    List<String> families =
        metrics
            .scrape(TEXT)
            .lines()
            .filter(line -> line.startsWith("# TYPE larder_"))
            .map(line -> line.split(" ")[2])
            .filter(family -> !family.endsWith("_max"))
            .toList();

    assertThat(families)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Metric.values()).map(Metric::prometheusName).toList());
    for (String prefix :
        List.of("jvm_memory_", "jvm_buffer_", "jvm_threads_", "process_", "system_cpu_")) {
      assertThat(metrics.scrape(TEXT)).contains("\n" + prefix);
    }
  }

  @Test
  void originsAreCountedByScheme() throws Exception {
    byte[] content = new byte[1000];
    ScriptedOrigin scripted = new ScriptedOrigin("test").put("model", "weights", content);
    MeteredOrigin origin = new MeteredOrigin(scripted, metrics);
    Deadline deadline = Deadline.after(Duration.ofSeconds(10));

    var manifest = origin.manifest(origin.resolve(scripted.source("model"), deadline), deadline);
    FileEntry file = manifest.files().getFirst();
    try (OriginStream stream = origin.open(file, new ByteRange(100, 800), deadline)) {
      ByteBuffer target = ByteBuffer.allocate(2000);
      for (int read = 0; read >= 0; ) {
        read = stream.read(target);
      }
    }
    assertThatThrownBy(() -> origin.resolve(scripted.source("absent"), deadline))
        .isInstanceOf(LarderException.class);

    assertThat(larderLines())
        .contains(
            "larder_origin_bytes_total{scheme=\"test\"} 800.0",
            "larder_origin_requests_total{scheme=\"test\"} 4.0",
            "larder_origin_failures_total{kind=\"not_found\",scheme=\"test\"} 1.0");
  }

  @Test
  void requestsForSourcesAreTimedByOutcome() {
    Artifacts failing = new FailingArtifacts();
    MeteredArtifacts metered = new MeteredArtifacts(failing, metrics);

    assertThatThrownBy(
            () ->
                metered.ensure(
                    Source.parse("file:///full"),
                    Optional.empty(),
                    _ -> {},
                    Deadline.after(Duration.ofSeconds(1))))
        .isInstanceOf(LarderException.class);

    assertThat(larderLines()).contains("larder_ensure_seconds_count{outcome=\"exhausted\"} 1");
  }

  private List<String> larderLines() {
    return metrics
        .scrape(TEXT)
        .lines()
        .filter(line -> line.startsWith("larder_"))
        .collect(Collectors.toList());
  }

  /// A node whose disk is full.
  private static final class FailingArtifacts implements Artifacts {
    private static LarderException full() {
      return new LarderException(ErrorKind.EXHAUSTED, "full");
    }

    @Override
    public Artifact ensure(Source source, Optional<String> pin, Watcher watcher, Deadline by) {
      throw full();
    }

    @Override
    public void prefetch(Source source) {
      throw full();
    }

    @Override
    public List<Artifact> list() {
      return List.of();
    }

    @Override
    public Details stat(Source source) {
      throw full();
    }

    @Override
    public Artifact pin(Source source, String owner) {
      throw full();
    }

    @Override
    public Artifact unpin(Source source, String owner) {
      throw full();
    }

    @Override
    public long remove(Source source) {
      throw full();
    }
  }
}
