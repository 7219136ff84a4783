package io.larder.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What every command that asks a node understands.
final class CommonOptions {
  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = {
        "Socket of the daemon. Default: LARDER_SOCKET, or else /run/larder/larder.sock.",
        "When it is named here or there, no embedded node stands in."
      })
  @Nullable Path socket;

  @Option(
      names = "--json",
      description = "One JSON object on the last line instead of text; errors as JSON, too.")
  boolean json;

  @Option(names = "--verbose", description = "Stack traces with errors.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  boolean help;
}
