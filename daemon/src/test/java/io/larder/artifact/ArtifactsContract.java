package io.larder.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.concurrent.Deadline;
import io.larder.content.Digest;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What every [Artifacts] does. Each test uses sources of its own.
public abstract class ArtifactsContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// The same object for the whole of a test.
  protected abstract Artifacts artifacts();

  /// Lets an origin have files, by path, and gives their source.
  protected abstract Source offer(Map<String, String> files) throws Exception;

  /// A source that its origin does not have.
  protected abstract Source missing();

  private Artifact ensure(Source source) throws InterruptedException {
    return artifacts().ensure(source, Optional.empty(), view -> {}, Deadline.after(PATIENCE));
  }

  @Test
  void ensure_exposes_the_files() throws Exception {
    Source source = offer(Map.of("a", "1", "sub/b", "22", "empty", ""));
    Artifact artifact = ensure(source);
    assertThat(artifact.path()).isAbsolute();
    assertThat(artifact.path().resolve("a")).hasContent("1");
    assertThat(artifact.path().resolve("sub/b")).hasContent("22");
    assertThat(artifact.path().resolve("empty")).isEmptyFile();
    assertThat(artifact.bytes()).isEqualTo(3);
    assertThat(artifact.files()).isEqualTo(3);
    assertThat(artifact.revision().source()).isEqualTo(source);
  }

  @Test
  void ensure_again_gives_the_same_and_fetches_nothing() throws Exception {
    Source source = offer(Map.of("a", "1"));
    Artifact first = ensure(source);
    AtomicReference<Supplier<Progress>> view = new AtomicReference<>();
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Artifact second =
        artifacts().ensure(source, Optional.empty(), view::set, Deadline.after(PATIENCE));
    assertThat(second.path()).isEqualTo(first.path());
    assertThat(second.revision()).isEqualTo(first.revision());
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(second.lastUsed()).isAfterOrEqualTo(before);
    Progress progress = view.get().get();
    assertThat(progress.originBytes() + progress.peerBytes()).isZero();
    assertThat(progress.presentBytes()).isEqualTo(1);
  }

  @Test
  void the_watcher_sees_where_the_bytes_came_from() throws Exception {
    Source source = offer(Map.of("a", "1".repeat(10_000)));
    AtomicReference<Supplier<Progress>> view = new AtomicReference<>();
    Artifact artifact =
        artifacts().ensure(source, Optional.empty(), view::set, Deadline.after(PATIENCE));
    Progress progress = view.get().get();
    assertThat(progress.totalBytes()).isEqualTo(artifact.bytes());
    assertThat(progress.doneBytes()).isEqualTo(artifact.bytes());
    assertThat(progress.originBytes() + progress.peerBytes() + progress.presentBytes())
        .isEqualTo(artifact.bytes());
    assertThat(progress.revision()).isEqualTo(artifact.revision().id());
  }

  @Test
  void what_the_origin_lacks_is_not_found() {
    assertKind(ErrorKind.NOT_FOUND, () -> ensure(missing()));
  }

  @Test
  void what_is_not_here_is_not_found() throws Exception {
    Source source = offer(Map.of("a", "1"));
    assertKind(ErrorKind.NOT_FOUND, () -> artifacts().stat(source));
    assertKind(ErrorKind.NOT_FOUND, () -> artifacts().pin(source, "o"));
    assertKind(ErrorKind.NOT_FOUND, () -> artifacts().unpin(source, "o"));
    assertKind(ErrorKind.NOT_FOUND, () -> artifacts().remove(source));
  }

  @Test
  void list_and_stat_tell_what_is_here() throws Exception {
    Source source = offer(Map.of("b", "22", "a", "1"));
    Artifact artifact = ensure(source);
    assertThat(artifacts().list()).extracting(Artifact::path).contains(artifact.path());
    Artifacts.Details details = artifacts().stat(source);
    assertThat(details.artifact().path()).isEqualTo(artifact.path());
    assertThat(details.manifest().digest()).isEqualTo(artifact.manifest());
    assertThat(details.manifest().files())
        .extracting(file -> file.path().value())
        .containsExactly("a", "b");
    assertThat(details.contents()).containsExactly(sha256("1"), sha256("22"));
  }

  private static Digest sha256(String content) {
    return Digest.ofContent(content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void pins_are_per_owner_and_idempotent() throws Exception {
    Source source = offer(Map.of("a", "1"));
    Artifact pinned =
        artifacts().ensure(source, Optional.of("x"), view -> {}, Deadline.after(PATIENCE));
    assertThat(pinned.pins()).containsExactly("x");
    assertThat(artifacts().pin(source, "x").pins()).containsExactly("x");
    assertThat(artifacts().pin(source, "y").pins()).containsExactlyInAnyOrder("x", "y");
    assertThat(artifacts().unpin(source, "x").pins()).containsExactly("y");
    assertThat(artifacts().unpin(source, "x").pins()).containsExactly("y");
    assertThat(artifacts().stat(source).artifact().pins()).containsExactly("y");
  }

  @Test
  void what_is_pinned_is_not_removed() throws Exception {
    Source source = offer(Map.of("a", "123"));
    Artifact artifact = ensure(source);
    var pinned = artifacts().pin(source, "x");
    assertThat(pinned.pins()).hasSize(1);
    assertKind(ErrorKind.CONFLICT, () -> artifacts().remove(source));
    assertThat(artifact.path().resolve("a")).hasContent("123");
    var unpinned = artifacts().unpin(source, "x");
    assertThat(unpinned.pins()).isEmpty();
    assertThat(artifacts().remove(source)).isEqualTo(3);
    assertKind(ErrorKind.NOT_FOUND, () -> artifacts().stat(source));
    assertThat(artifacts().list()).extracting(Artifact::path).doesNotContain(artifact.path());
    assertThat(artifact.path().resolve("a")).doesNotExist();
  }

  @Test
  void what_was_removed_can_come_again() throws Exception {
    Source source = offer(Map.of("a", "123"));
    Artifact first = ensure(source);
    assertThat(artifacts().remove(source)).isEqualTo(3);
    Artifact second = ensure(source);
    assertThat(second.path()).isEqualTo(first.path());
    assertThat(second.path().resolve("a")).hasContent("123");
  }

  @Test
  void prefetch_brings_it_here_in_its_own_time() throws Exception {
    Source source = offer(Map.of("a", "1"));
    artifacts().prefetch(source);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                artifacts().list().stream()
                    .anyMatch(artifact -> artifact.revision().source().equals(source)));
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void assertKind(ErrorKind kind, Action action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(LarderException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
