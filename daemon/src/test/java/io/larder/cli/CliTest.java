package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.larder.api.grpc.LocalServerFixture;
import io.larder.artifact.InMemoryArtifacts;
import io.larder.cli.CliFixture.Outcome;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Commands with a daemon.
class CliTest {
  private static final String MODEL = "s3://models/bert/";

  private final LocalServerFixture daemon = LocalServerFixture.open();
  private final InMemoryArtifacts artifacts = daemon.artifacts();
  private final CliFixture cli = CliFixture.withDaemon(daemon);

  @AfterEach
  void close() throws IOException {
    daemon.close();
  }

  private static JsonNode json(String text) {
    return new ObjectMapper().readTree(text.lines().reduce((a, b) -> b).orElseThrow());
  }

  private String here() {
    artifacts.offer(MODEL, Map.of("config.json", "{}", "sub/weights.bin", "1".repeat(5_000)));
    Outcome got = cli.run("get", MODEL);
    assertThat(got.exitCode()).as(got.err()).isZero();
    return got.out().strip();
  }

  @Test
  void get_prints_the_path_and_nothing_else() {
    artifacts.offer(MODEL, Map.of("config.json", "{}"));
    Outcome got = cli.run("get", MODEL);
    assertThat(got.exitCode()).isZero();
    assertThat(got.outLines()).hasSize(1);
    assertThat(Path.of(got.outLines().getFirst()).resolve("config.json")).hasContent("{}");
    assertThat(got.err()).contains("2 B from the origin");
    assertThat(cli.run("get", MODEL).err()).isEmpty();
  }

  @Test
  void get_quietly_prints_nothing_on_standard_error() {
    artifacts.offer(MODEL, Map.of("a", "1"));
    cli.width = 80;
    assertThat(cli.run("get", "--quiet", MODEL).err()).isEmpty();
  }

  @Test
  void get_as_json() {
    artifacts.offer(MODEL, Map.of("a", "123"));
    Outcome got = cli.run("get", MODEL, "--json", "--pin", "job \"7\"");
    assertThat(got.err()).isEmpty();
    JsonNode answer = json(got.out());
    assertThat(answer.get("source").asString()).isEqualTo(MODEL);
    assertThat(Path.of(answer.get("path").asString())).isDirectory();
    assertThat(answer.get("bytes").asLong()).isEqualTo(3);
    assertThat(answer.get("pins").get(0).asString()).isEqualTo("job \"7\"");
    assertThat(answer.get("fetched").get("originBytes").asLong()).isEqualTo(3);
    assertThat(answer.get("embedded").asBoolean()).isFalse();
    assertThat(answer.get("seconds").isNumber()).isTrue();
  }

  @Test
  void get_draws_a_bar_on_a_terminal() throws Exception {
    String err = heldGet(MODEL, 100);
    assertThat(err).contains("\r\u001b[K" + MODEL + " [").contains("50%").contains("\u001b[36m");
    assertThat(err).contains("\r\u001b[Klarder: 5.00 KiB in ").endsWith("already here\n");
  }

  @Test
  void get_draws_without_colour_when_told_so() throws Exception {
    cli.variables.put("NO_COLOR", "1");
    assertThat(heldGet(MODEL, 100)).contains("50%").doesNotContain("\u001b[36m");
  }

  @Test
  void get_prints_plain_lines_elsewhere() throws Exception {
    String err = heldGet(MODEL, 0);
    assertThat(err).contains(MODEL + ": fetching, 50%  2.50 KiB of 5.00 KiB");
    assertThat(err).doesNotContain("\u001b").doesNotContain("\r");
  }

  /// Runs a get that stands half-way until that was shown, and gives all it printed.
  private String heldGet(String source, int width) throws Exception {
    artifacts.offer(source, Map.of("a", "1".repeat(5_120)));
    InMemoryArtifacts.Gate gate = artifacts.hold(source);
    cli.width = width;
    CompletableFuture<Outcome> got = CompletableFuture.supplyAsync(() -> cli.run("get", source));
    gate.awaitReached();
    await().atMost(Duration.ofSeconds(20)).until(() -> cli.errSoFar().contains("50%"));
    gate.open();
    return got.get(20, TimeUnit.SECONDS).err();
  }

  @Test
  void get_gives_up_after_its_timeout() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    Outcome got = cli.run("get", MODEL, "--timeout", "300ms");
    assertThat(got.exitCode()).isEqualTo(ErrorKind.UNAVAILABLE.exitCode());
    assertThat(got.err()).contains(MODEL).contains("in time");
    gate.open();
  }

  @Test
  void get_that_is_interrupted_cancels() throws Exception {
    artifacts.offer(MODEL, Map.of("a", "1"));
    InMemoryArtifacts.Gate gate = artifacts.hold(MODEL);
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Thread running = Thread.ofVirtual().start(() -> outcome.complete(cli.run("get", MODEL)));
    gate.awaitReached();
    running.interrupt();
    gate.awaitInterrupted();
    assertThat(outcome.get(20, TimeUnit.SECONDS).exitCode()).isEqualTo(130);
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void failures_have_an_exit_code_and_one_line(ErrorKind kind) {
    artifacts.fail(MODEL, new LarderException(kind, "the reason"));
    Outcome got = cli.run("get", MODEL);
    assertThat(got.exitCode()).isEqualTo(kind.exitCode());
    assertThat(got.out()).isEmpty();
    assertThat(got.err()).isEqualTo("larder: the reason\n");

    Outcome asJson = cli.run("stat", MODEL, "--json");
    assertThat(asJson.exitCode()).isEqualTo(kind.exitCode());
    assertThat(asJson.out()).isEmpty();
    JsonNode error = json(asJson.err()).get("error");
    assertThat(error.get("kind").asString()).isEqualTo(kind.name());
    assertThat(error.get("exitCode").asInt()).isEqualTo(kind.exitCode());
    assertThat(error.get("message").asString()).isEqualTo("the reason");
  }

  @Test
  void stack_traces_are_for_those_who_ask() {
    artifacts.fail(MODEL, new LarderException(ErrorKind.DENIED, "the reason"));
    assertThat(cli.run("stat", MODEL, "--verbose").err()).contains("\tat ");
    cli.variables.put("LARDER_DEBUG", "1");
    assertThat(cli.run("stat", MODEL).err()).contains("\tat ");
  }

  @Test
  void ls_lists_what_is_here() {
    assertThat(cli.run("ls").outLines()).hasSize(1);
    here();
    var ignored = cli.run("pin", MODEL, "--owner", "me");
    Outcome listed = cli.run("ls");
    assertThat(listed.outLines()).hasSize(2);
    assertThat(listed.outLines().getLast())
        .matches("s3://models/bert/ +[0-9a-f]{12} +4\\.88 KiB +2 +just now +me");
    JsonNode answer = json(cli.run("ls", "--json").out()).get("artifacts");
    assertThat(answer.size()).isEqualTo(1);
    assertThat(answer.get(0).get("bytes").asLong()).isEqualTo(5_002);
    assertThat(answer.get(0).get("lastUsed").asString()).endsWith("Z");
  }

  @Test
  void stat_shows_the_files() {
    String path = here();
    Outcome shown = cli.run("stat", MODEL);
    assertThat(shown.out()).contains("path      " + path).contains("pins      none");
    assertThat(shown.out()).contains("sub/weights.bin").contains("4.88 KiB in 2 files");
    JsonNode answer = json(cli.run("stat", MODEL, "--json").out());
    assertThat(answer.get("entries").get(0).get("path").asString()).isEqualTo("config.json");
    assertThat(answer.get("entries").get(0).get("sha256").asString()).hasSize(64);
    assertThat(cli.run("stat", "s3://not/here/").exitCode()).isEqualTo(3);
  }

  @Test
  void pin_unpin_and_rm() {
    here();
    assertThat(cli.run("pin", MODEL).out()).isEqualTo(MODEL + " is pinned by cli\n");
    assertThat(json(cli.run("pin", MODEL, "--owner", "b", "--json").out()).get("pins").size())
        .isEqualTo(2);
    Outcome refused = cli.run("rm", MODEL);
    assertThat(refused.exitCode()).isEqualTo(ErrorKind.CONFLICT.exitCode());
    assertThat(refused.err()).contains("pinned by b, cli");
    assertThat(cli.run("unpin", MODEL).out()).contains("still pinned by b");
    assertThat(json(cli.run("unpin", MODEL, "--owner", "b", "--json").out()).get("pins").size())
        .isZero();
    assertThat(cli.run("unpin", MODEL).out()).contains("not pinned any more");
    assertThat(cli.run("rm", MODEL).out()).contains("4.88 KiB are free again");
    assertThat(cli.run("rm", MODEL).exitCode()).isEqualTo(3);
    here();
    assertThat(json(cli.run("rm", MODEL, "--json").out()).get("freedBytes").asLong())
        .isEqualTo(5_002);
  }

  @Test
  void prefetch_takes_sources_and_files_of_sources() throws Exception {
    artifacts.offer("s3://m/a/", Map.of("a", "1"));
    artifacts.offer("s3://m/b/", Map.of("b", "1"));
    artifacts.offer("s3://m/c/", Map.of("c", "1"));
    Path file = Files.writeString(daemon.directory().resolve("list"), "# models\n\n s3://m/b/ \n");
    Outcome outcome = cli.run("prefetch", "s3://m/a/", "-f", file.toString());
    assertThat(outcome.out()).startsWith("2 sources on the way");
    cli.input = "s3://m/c/\n";
    assertThat(json(cli.run("prefetch", "-f", "-", "--json").out()).get("sources").size())
        .isEqualTo(1);
    assertThat(artifacts.list()).hasSize(3);
    assertThat(cli.run("prefetch").exitCode()).isEqualTo(2);
    assertThat(cli.run("prefetch", "-f", file + ".missing").exitCode()).isEqualTo(3);
  }

  @Test
  void status_shows_the_node_and_its_cluster() {
    Outcome shown = cli.run("status");
    assertThat(shown.out())
        .contains("node-a, Larder 1.2.3, up for 1 h 2 m")
        .contains("244 KiB of 977 KiB used")
        .contains("this one is leader, coordinated by node-a; voters: node-a, node-b")
        .contains("10.0.0.2:7071");
    JsonNode answer = json(cli.run("status", "--json").out());
    assertThat(answer.get("capacityBytes").asLong()).isEqualTo(1_000_000);
    assertThat(answer.get("members").get(1).get("id").asString()).isEqualTo("node-b");
    assertThat(answer.get("coordinated").asBoolean()).isTrue();
  }

  @Test
  void daemon_gets_everything_behind_it() {
    Outcome outcome =
        cli.run("daemon", "--config", "x.yaml", "--help", "--json", "word", "-v", "--x=y");
    assertThat(outcome.exitCode()).isEqualTo(42);
    assertThat(cli.daemonRuns.getFirst())
        .containsExactly("--config", "x.yaml", "--help", "--json", "word", "-v", "--x=y");
    assertThat(cli.run("daemon").exitCode()).isEqualTo(42);
    assertThat(cli.daemonRuns.getLast()).isEmpty();
  }

  @Test
  void version_in_all_forms() {
    assertThat(cli.run("version").out()).matches("larder \\S+, Java \\d+\n");
    assertThat(cli.run("--version").out()).isEqualTo(cli.run("version").out());
    assertThat(json(cli.run("version", "--json").out()).get("java").asString()).isNotEmpty();
  }

  @Test
  void help_teaches() {
    Outcome help = cli.run("--help");
    assertThat(help.exitCode()).isZero();
    for (String command :
        "daemon get ls stat pin unpin rm prefetch status demo version completion help".split(" ")) {
      assertThat(help.out()).containsPattern("(?m)^  " + command + "\\b");
    }
    for (ErrorKind kind : ErrorKind.values()) {
      assertThat(help.out()).containsPattern("(?m)^ +" + kind.exitCode() + "  \\w");
    }
    assertThat(cli.run("help", "get").out()).contains("--timeout").contains("Examples");
    assertThat(cli.run("get", "-h").out()).isEqualTo(cli.run("help", "get").out());
    assertThat(cli.run("demo", "--help").out()).contains("--nodes").contains("--keep");
    assertThat(help.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completion_knows_the_commands(String shell) {
    Outcome script = cli.run("completion", shell);
    assertThat(script.exitCode()).isZero();
    assertThat(script.out()).contains("complete -F").contains("prefetch").contains("--timeout");
  }

  @Test
  void mistakes_are_met_with_advice() {
    Outcome unknown = cli.run("gte", MODEL);
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err())
        .startsWith("larder: there is no command 'gte'; did you mean 'larder get'?");
    Outcome option = cli.run("get", MODEL, "--timout", "3s");
    assertThat(option.exitCode()).isEqualTo(2);
    assertThat(option.err()).contains("--timeout").contains("'larder get --help'");
    assertThat(cli.run("get").err()).contains("SOURCE");
    assertThat(cli.run("get", MODEL, "--timeout", "soon").err()).contains("1h30m");
    assertThat(cli.run().exitCode()).isEqualTo(2);
    assertThat(cli.run().err()).contains("a command is missing");
    JsonNode error = json(cli.run("ls", "--bogus", "--json").err()).get("error");
    assertThat(error.get("kind").asString()).isEqualTo("INVALID");
    assertThat(cli.run("get", "nonsense").err()).contains("is not a source");
  }
}
