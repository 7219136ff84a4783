package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.artifact.InMemoryArtifacts;
import io.larder.error.ErrorKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// docs/cli.md and `--help` name the same commands and exit codes.
class DocumentationTest {
  private static final Path PAGE = Path.of("..", "docs", "cli.md");

  @TempDir Path directory;

  @Test
  void every_command_and_exit_code_is_documented() throws Exception {
    String page = Files.readString(PAGE);
    String help = new CliFixture(directory, new InMemoryArtifacts(directory)).run("--help").out();
    String commands = help.substring(help.indexOf("Commands:"), help.indexOf("Exit codes:"));
    assertThat(Pattern.compile("(?m)^  ([a-z]+)").matcher(commands).results())
        .hasSize(13)
        .map((MatchResult command) -> "| `larder " + command.group(1))
        .allSatisfy(row -> assertThat(page).contains(row));
    for (ErrorKind kind : ErrorKind.values()) {
      assertThat(page).contains("| " + kind.exitCode() + " | `" + kind + "` |");
    }
  }
}
