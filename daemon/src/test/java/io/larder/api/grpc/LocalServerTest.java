package io.larder.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.larder.artifact.InMemoryArtifacts;
import io.larder.artifact.Progress.Phase;
import io.larder.client.Artifact;
import io.larder.client.ArtifactDetails;
import io.larder.client.Ensure;
import io.larder.client.EnsureRequest;
import io.larder.client.LarderClient;
import io.larder.client.LarderClientException;
import io.larder.client.NodeStatus;
import io.larder.client.Progress;
import io.larder.content.Digest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalServerTest {
  private static final String MODEL = "s3://models/bert/";

  private final LocalServerFixture fixture = LocalServerFixture.open();
  private final InMemoryArtifacts artifacts = fixture.artifacts();
  private final LarderClient client = fixture.client();

  @AfterEach
  void close() throws IOException {
    client.close();
    fixture.close();
  }

  private Artifact get(String source) throws InterruptedException {
    try (Ensure ensure = client.ensure(source)) {
      return ensure.await(Duration.ofSeconds(20));
    }
  }

  @Test
  void ensure_gives_a_path_to_the_files() throws Exception {
    artifacts.offer(MODEL, Map.of("config.json", "{}", "sub/weights.bin", "12345"));
    Instant before = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    Artifact artifact = get(MODEL);
    assertThat(artifact.source()).isEqualTo(MODEL);
    assertThat(artifact.path().resolve("sub/weights.bin")).hasContent("12345");
    assertThat(artifact.bytes()).isEqualTo(7);
    assertThat(artifact.files()).isEqualTo(2);
    assertThat(artifact.pins()).isEmpty();
    assertThat(artifact.lastUsed()).isAfterOrEqualTo(before);
    assertThat(artifact.fetched().originBytes()).isEqualTo(7);
    assertThat(artifact.fetched().presentBytes()).isZero();
    assertThat(get(MODEL).fetched().presentBytes()).isEqualTo(7);
  }

  @Test
  void a_source_of_one_file_gives_the_file() throws Exception {
    artifacts.offer("https://host/model.onnx", Map.of("model.onnx", "onnx"));
    assertThat(get("https://host/model.onnx").path()).isRegularFile().hasContent("onnx");
  }

  @Test
  void ensure_can_pin_in_the_same_step() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    try (Ensure ensure = client.ensure(EnsureRequest.of(MODEL).pinnedBy("volume-7"))) {
      assertThat(ensure.await().pins()).containsExactly("volume-7");
    }
  }

  @Test
  void progress_is_streamed_with_rate_and_eta() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1234567890"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    var seen = new ConcurrentLinkedQueue<Progress>();
    try (Ensure ensure = client.ensure(MODEL).onProgress(seen::add)) {
      gate.awaitReached();
      gate.show(fetching(1_000));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> seen.stream().anyMatch(p -> p.doneBytes() == 1_000));
      gate.show(fetching(50_000));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> seen.stream().anyMatch(p -> p.doneBytes() == 50_000));
      assertThat(ensure.isDone()).isFalse();
      assertThat(ensure.progress().phase()).isEqualTo(Progress.Phase.FETCHING);
      assertThat(ensure.progress().totalBytes()).isEqualTo(100_000);
      assertThat(ensure.progress().bytesPerSecond()).isPositive();
      assertThat(ensure.progress().eta()).isPresent();
      assertThat(ensure.progress().revision()).isEqualTo("rev1");
      gate.open();
      assertThat(ensure.await().fetched().originBytes()).isEqualTo(10);
      assertThat(ensure.progress().doneBytes()).isEqualTo(10);
    }
  }

  private static io.larder.artifact.Progress fetching(long origin) {
    return new io.larder.artifact.Progress(
        Phase.FETCHING, "rev1", 100_000, origin, origin, 0, 0, 1, true);
  }

  @Test
  void cancelling_interrupts_the_waiting_thread() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    Ensure ensure = client.ensure(MODEL);
    gate.awaitReached();
    ensure.cancel();
    gate.awaitInterrupted();
    assertThatThrownBy(ensure::await).isInstanceOf(CancellationException.class);
  }

  @Test
  void closing_the_client_interrupts_the_waiting_thread() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    LarderClient other = fixture.client();
    Ensure ensure = other.ensure(MODEL);
    gate.awaitReached();
    other.close();
    gate.awaitInterrupted();
    assertFails(ensure, LarderClientException.Kind.UNAVAILABLE, "connection");
  }

  @Test
  void the_future_is_independent_of_the_request() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    try (Ensure ensure = client.ensure(MODEL)) {
      gate.awaitReached();
      var future = ensure.toCompletableFuture();
      ensure.toCompletableFuture().cancel(true);
      gate.open();
      assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(ensure.await());
    }
  }

  @Test
  void a_deadline_ends_the_request_on_both_sides() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    EnsureRequest hurried = EnsureRequest.of(MODEL).within(Duration.ofMillis(300));
    try (Ensure ensure = client.ensure(hurried)) {
      assertFails(ensure, LarderClientException.Kind.UNAVAILABLE, "in time");
    }
    gate.open();
    assertThat(get(MODEL).bytes()).isEqualTo(1);
  }

  @Test
  void waiting_for_a_while_leaves_the_request_alone() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    try (Ensure ensure = client.ensure(MODEL)) {
      assertThatThrownBy(() -> ensure.await(Duration.ofMillis(20)))
          .isInstanceOf(LarderClientException.class)
          .hasMessageContaining(MODEL)
          .hasMessageContaining("goes on");
      gate.open();
      assertThat(ensure.await().bytes()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void every_kind_of_failure_keeps_its_kind_and_message(ErrorKind kind) throws Exception {
    artifacts.fail("s3://b/x/", new LarderException(kind, "the reason with ümläuts, and way out"));
    try (Ensure ensure = client.ensure("s3://b/x/")) {
      assertFails(
          ensure,
          LarderClientException.Kind.valueOf(kind.name()),
          "the reason with ümläuts, and way out");
    }
    assertThatThrownBy(() -> client.stat("s3://b/x/"))
        .isInstanceOfSatisfying(
            LarderClientException.class, e -> assertThat(e.kind().name()).isEqualTo(kind.name()));
  }

  @Test
  void an_unexpected_failure_is_internal_and_keeps_its_details_in_the_log() throws Exception {
    artifacts.fail("s3://b/x/", new IllegalStateException("password=hunter2"));
    try (Ensure ensure = client.ensure("s3://b/x/")) {
      assertThatThrownBy(ensure::await)
          .isInstanceOfSatisfying(
              LarderClientException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(LarderClientException.Kind.INTERNAL);
                assertThat(e).hasMessageNotContaining("hunter2").hasMessageContaining("log");
              });
    }
  }

  @Test
  void a_very_long_message_arrives_shortened() throws Exception {
    artifacts.fail("s3://b/x/", new LarderException(ErrorKind.CONFLICT, "é".repeat(50_000)));
    assertThatThrownBy(() -> client.remove("s3://b/x/"))
        .isInstanceOfSatisfying(
            LarderClientException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(LarderClientException.Kind.CONFLICT);
              assertThat(e.getMessage()).matches("é+…").hasSizeBetween(100, 3_000);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no-scheme", "s3://u:secret@b/x", "s3://b/a b", "s3://b/\u0000"})
  void what_is_no_source_is_refused_with_a_reason(String source) throws Exception {
    try (Ensure ensure = client.ensure(source)) {
      assertFails(ensure, LarderClientException.Kind.INVALID, "source");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\nb"})
  void a_pin_needs_a_printable_owner(String owner) throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    var ignored = get(MODEL);
    assertThatThrownBy(() -> client.pin(MODEL, owner))
        .isInstanceOfSatisfying(
            LarderClientException.class,
            e -> assertThat(e.kind()).isEqualTo(LarderClientException.Kind.INVALID));
  }

  @Test
  void list_stat_pin_unpin_and_remove() throws Exception {
    artifacts.offer(MODEL, Map.of("b", "22", "a", "1"));
    assertThat(client.list()).isEmpty();
    Artifact artifact = get(MODEL);
    assertThat(client.list()).extracting(Artifact::path).containsExactly(artifact.path());
    ArtifactDetails details = client.stat(MODEL);
    assertThat(details.entries())
        .containsExactly(
            new ArtifactDetails.Entry("a", 1, sha256("1")),
            new ArtifactDetails.Entry("b", 2, sha256("22")));
    assertThat(client.pin(MODEL, "me").pins()).containsExactly("me");
    assertThatThrownBy(() -> client.remove(MODEL)).hasMessageContaining("pinned by me");
    assertThat(client.unpin(MODEL, "me").pins()).isEmpty();
    assertThat(client.remove(MODEL)).isEqualTo(3);
    assertThatThrownBy(() -> client.stat(MODEL))
        .isInstanceOfSatisfying(
            LarderClientException.class,
            e -> assertThat(e.kind()).isEqualTo(LarderClientException.Kind.NOT_FOUND));
  }

  private static String sha256(String content) {
    return Digest.ofContent(content.getBytes(StandardCharsets.UTF_8)).hex();
  }

  @Test
  void prefetch_brings_sources_here_or_refuses_all() {
    artifacts.offer(MODEL, Map.of("a", "1"));
    assertThatThrownBy(() -> client.prefetch(List.of(MODEL, "nonsense")))
        .hasMessageContaining("nonsense");
    assertThat(client.list()).isEmpty();
    client.prefetch(List.of(MODEL));
    assertThat(client.list()).hasSize(1);
  }

  @Test
  void a_long_listing_arrives_whole() throws Exception {
    Map<String, String> files = new java.util.HashMap<>();
    for (int i = 0; i < 3_000; i++) {
      files.put("directory-with-a-long-name/".repeat(60) + i, "x");
    }
    artifacts.offer(MODEL, files);
    var ignored = get(MODEL);
    assertThat(client.stat(MODEL).entries()).hasSize(3_000);
  }

  @Test
  void status_arrives_whole() {
    NodeStatus status = client.status();
    assertThat(status.node()).isEqualTo("node-a");
    assertThat(status.role()).isEqualTo("leader");
    assertThat(status.version()).isEqualTo("1.2.3");
    assertThat(status.dataDirectory()).hasToString("/var/lib/larder");
    assertThat(status.httpAddress()).isEqualTo("10.0.0.1:7070");
    assertThat(status.uptime()).isEqualTo(Duration.ofSeconds(3_725));
    assertThat(status.storage()).isEqualTo(new NodeStatus.Storage(1_000_000, 250_000, 1_000, 2, 7));
    assertThat(status.cluster().coordinated()).isTrue();
    assertThat(status.cluster().coordinator()).isEqualTo("node-a");
    assertThat(status.cluster().voters()).containsExactly("node-a", "node-b");
    assertThat(status.cluster().members())
        .contains(
            new NodeStatus.Member("node-b", "10.0.0.2:7071", "z2", Duration.ofMinutes(2), true));
    assertThat(status.originBytes()).isEqualTo(11);
    assertThat(status.peerBytes()).isEqualTo(22);
    assertThat(status.servedBytes()).isEqualTo(33);
  }

  @Test
  void a_client_survives_a_restart_of_the_daemon() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    assertThat(client.list()).isEmpty();
    fixture.stop();
    assertThatThrownBy(client::list)
        .isInstanceOfSatisfying(
            LarderClientException.class,
            e -> assertThat(e.kind()).isEqualTo(LarderClientException.Kind.UNAVAILABLE));
    fixture.start();
    assertThat(get(MODEL).bytes()).isEqualTo(1);
  }

  @Test
  void stopping_the_daemon_ends_requests_under_way() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    try (Ensure ensure = client.ensure(MODEL)) {
      gate.awaitReached();
      fixture.stop();
      gate.awaitInterrupted();
      assertFails(ensure, LarderClientException.Kind.UNAVAILABLE, "ask again");
    }
    assertThat(Files.exists(fixture.socket())).isFalse();
  }

  @Test
  void a_closed_client_says_so() {
    client.close();
    assertThatThrownBy(client::list).hasMessageContaining("closed");
  }

  private static void assertFails(Ensure ensure, LarderClientException.Kind kind, String words) {
    assertThatThrownBy(() -> ensure.await(Duration.ofSeconds(20)))
        .isInstanceOfSatisfying(
            LarderClientException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e).hasMessageContaining(words);
            });
  }
}
