package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.larder.artifact.InMemoryArtifacts;
import io.larder.cli.CliFixture.Outcome;
import io.larder.client.LarderClient;
import io.larder.concurrent.Deadline;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands without a daemon.
class EmbeddedTest {
  private static final String MODEL = "s3://models/bert/";

  @TempDir Path home;
  private InMemoryArtifacts artifacts;
  private CliFixture cli;

  @BeforeEach
  void prepare() {
    assumeThat(LarderClient.DEFAULT_SOCKET).as("a daemon of this machine").doesNotExist();
    artifacts = new InMemoryArtifacts(home.resolve("snapshots"));
    artifacts.offer(MODEL, Map.of("a", "123"));
    cli = new CliFixture(home, artifacts);
  }

  @Test
  void get_works_with_a_store_in_the_cache_folder() {
    Outcome got = cli.run("get", MODEL);
    assertThat(got.exitCode()).as(got.err()).isZero();
    assertThat(Path.of(got.out().strip()).resolve("a")).hasContent("123");
    assertThat(cli.embeddedStores).containsExactly(home.resolve(".cache/larder"));
    assertThat(home.resolve(".cache/larder")).isDirectory();
    assertThat(cli.run("get", MODEL, "--json").out()).contains("\"embedded\":true");
  }

  @Test
  void the_cache_folder_is_where_XDG_says() {
    cli.variables.put("XDG_CACHE_HOME", home.resolve("xdg").toString());
    assertThat(cli.run("get", MODEL).exitCode()).isZero();
    assertThat(cli.embeddedStores).containsExactly(home.resolve("xdg/larder"));
  }

  @Test
  void the_other_commands_work_on_the_same_store() {
    assertThat(cli.run("get", MODEL).exitCode()).isZero();
    assertThat(cli.run("ls").out()).contains(MODEL);
    assertThat(cli.run("stat", MODEL).exitCode()).isZero();
    assertThat(cli.run("pin", MODEL).exitCode()).isZero();
    assertThat(cli.run("unpin", MODEL).exitCode()).isZero();
    assertThat(cli.run("status").out()).contains("embedded in this command");
    assertThat(cli.run("rm", MODEL).exitCode()).isZero();
    assertThat(cli.embeddedStores).hasSize(7).containsOnly(home.resolve(".cache/larder"));
  }

  @Test
  void prefetch_needs_a_daemon() {
    Outcome outcome = cli.run("prefetch", MODEL);
    assertThat(outcome.exitCode()).isEqualTo(ErrorKind.UNAVAILABLE.exitCode());
    assertThat(outcome.err()).contains("larder daemon");
    assertThat(cli.embeddedStores).isEmpty();
  }

  @Test
  void a_daemon_that_was_named_is_not_replaced() {
    Path socket = home.resolve("no.sock");
    Outcome byOption = cli.run("ls", "--socket", socket.toString());
    assertThat(byOption.exitCode()).isEqualTo(ErrorKind.UNAVAILABLE.exitCode());
    assertThat(byOption.err()).contains(socket.toString()).contains("larder daemon");
    cli.variables.put("LARDER_SOCKET", socket.toString());
    assertThat(cli.run("get", MODEL).exitCode()).isEqualTo(ErrorKind.UNAVAILABLE.exitCode());
    assertThat(cli.embeddedStores).isEmpty();
  }

  @Test
  void a_cache_folder_that_cannot_be_is_explained() throws Exception {
    Files.writeString(home.resolve(".cache"), "a file");
    Outcome outcome = cli.run("get", MODEL);
    assertThat(outcome.exitCode()).isEqualTo(ErrorKind.DENIED.exitCode());
    assertThat(outcome.err()).contains(".cache/larder").contains("XDG_CACHE_HOME");
  }

  @Test
  void commands_take_turns_with_the_store() throws Exception {
    Path path = home.resolve("store");
    CountDownLatch noticed = new CountDownLatch(1);
    CompletableFuture<Path> second;
    try (EmbeddedStore first = open(path, Duration.ZERO, () -> {})) {
      Assertions.assertThatThrownBy(() -> open(path, Duration.ofMillis(150), () -> {}).close())
          .isInstanceOfSatisfying(
              LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
          .hasMessageContaining(first.path().toString());
      second =
          CompletableFuture.supplyAsync(
              () -> {
                try (EmbeddedStore store = open(path, Duration.ofSeconds(20), noticed::countDown)) {
                  return store.path();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(noticed.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(second).isNotDone();
    }
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(path);
  }

  private static EmbeddedStore open(Path path, Duration patience, Runnable notice)
      throws InterruptedException {
    return EmbeddedStore.open(path, Deadline.after(patience), notice);
  }
}
