package io.larder.chaos.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.ChildProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The demo as its users run it: a process, an exit code, and what it prints.
@Timeout(480)
class DemoIT {
  @TempDir Path folder;

  @Test
  void provesThatTheGeneratedModelWasFetchedOnce() throws Exception {
    Outcome outcome = demo("--json");
    assertThat(outcome.exit).as(outcome.all()).isZero();
    JsonNode json = new ObjectMapper().readTree(outcome.out.lines().toList().getLast());
    long modelBytes = json.get("modelBytes").asLong();
    assertThat(modelBytes).isGreaterThan(90_000_000);
    assertThat(json.get("nodes").asInt()).isEqualTo(3);
    assertThat(json.get("originBytes").asLong()).isEqualTo(modelBytes);
    assertThat(json.get("peerBytes").asLong()).isEqualTo(2 * modelBytes);
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("seconds").asDouble()).isPositive();
    assertThat(json.get("warmMillis").asDouble()).isPositive();
    assertThat(json.get("paths")).hasSize(3);
    assertThat(folder.resolve("tmp")).as("it cleans up").isEmptyDirectory();
  }

  @Test
  void takesPlainFilesAndOneNode() throws Exception {
    Outcome outcome = demo("--nodes", "1", "--size", "20MiB", "--origin-rate", "0");
    assertThat(outcome.exit).as(outcome.all()).isZero();
    assertThat(outcome.out).contains("1.00 x the model").doesNotContain("FAILED");
  }

  @Test
  void refusesNonsenseInOneLine() throws Exception {
    Outcome outcome = demo("--nodes", "0");
    assertThat(outcome.exit).isNotZero();
    assertThat(outcome.err.strip()).contains("--nodes").doesNotContain("\n");
  }

  private record Outcome(int exit, String out, String err) {
    String all() {
      return out + "\n" + err;
    }
  }

  private Outcome demo(String... arguments) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    List<String> command =
        new ArrayList<>(
            List.of(
                ChildProcess.java(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
    command.addAll(Arrays.asList(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TMPDIR", temporary.toString());
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      int exit = process.waitFor();
      return new Outcome(
          exit,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      process.destroy();
    }
  }
}
