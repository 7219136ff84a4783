package io.larder.chaos.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Commands of the system that run to their end.
final class Shell {
  private Shell() {}

  /// Runs words separated by blanks.
  ///
  /// @return what it wrote
  /// @throws IllegalStateException when it fails or takes longer than a minute
  static String run(String words) {
    return run(List.of(words.split(" ")));
  }

  static String run(List<String> words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("'" + String.join(" ", words) + "' does not end");
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            "'" + String.join(" ", words) + "' failed: " + output.strip());
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + words.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
