package io.larder.cli;

import io.larder.api.NodeStatus;
import io.larder.api.grpc.LocalServerFixture;
import io.larder.artifact.Artifacts;
import io.larder.artifact.InMemoryArtifacts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs commands in this process and keeps what they print. Not thread-safe, one command at a time.
final class CliFixture {
  final Map<String, String> variables = new HashMap<>();
  final List<List<String>> daemonRuns = new ArrayList<>();
  final List<Path> embeddedStores = new ArrayList<>();
  private final Artifacts embedded;
  int width;
  String input = "";
  private volatile ByteArrayOutputStream running = new ByteArrayOutputStream();

  /// @param home of the user
  /// @param embedded what the embedded node has
  CliFixture(Path home, Artifacts embedded) {
    this.embedded = embedded;
    variables.put("HOME", home.toString());
  }

  static CliFixture withDaemon(LocalServerFixture daemon) {
    CliFixture cli =
        new CliFixture(
            daemon.directory(), new InMemoryArtifacts(daemon.directory().resolve("embedded")));
    cli.variables.put("LARDER_SOCKET", daemon.socket().toString());
    return cli;
  }

  record Outcome(int exitCode, String out, String err) {
    List<String> outLines() {
      return out.lines().toList();
    }
  }

  Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    running = err;
    Environment environment =
        new Environment(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            () -> width,
            Map.copyOf(variables));
    int exitCode = new Cli(environment, this::runDaemon, this::openEmbedded).run(arguments);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// What the command that runs, or ran last, has printed on standard error. From any thread.
  String errSoFar() {
    return running.toString(StandardCharsets.UTF_8);
  }

  private int runDaemon(List<String> arguments) {
    daemonRuns.add(arguments);
    return 42;
  }

  private EmbeddedNode openEmbedded(Path store) {
    embeddedStores.add(store);
    return new EmbeddedNode() {
      @Override
      public Artifacts artifacts() {
        return embedded;
      }

      @Override
      public NodeStatus status() {
        return LocalServerFixture.STATUS;
      }

      @Override
      public void close() {}
    };
  }
}
