package io.larder.boot;

import io.larder.boot.config.Configuration;
import io.larder.boot.config.LoadOutcome;
import io.larder.boot.config.LogLevel;
import io.larder.cli.Cli;
import io.larder.cli.EmbeddedNode;
import io.larder.concurrent.Shutdown;
import io.larder.lease.raft.RaftLeases;
import java.io.ObjectInputFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The `larder` process. Loads the node's classes only for commands that need a node here.
public final class Main {
  /// For a clean end; what is cut off then is found in order by the next start.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private Main() {}

  public static void main(String[] arguments) {
    int exitCode;
    try (Shutdown shutdown = Shutdown.interrupting(Thread.currentThread(), PATIENCE)) {
      exitCode = new Cli(Main::daemon, Main::embedded).run(arguments);
    }
    System.exit(exitCode);
  }

  private static int daemon(List<String> arguments) throws InterruptedException {
    LoadOutcome outcome = Configuration.load(arguments, System.getenv());
    if (outcome instanceof LoadOutcome.Shown(String text)) {
      System.out.print(text);
      return 0;
    }
    Configuration configuration = outcome.orThrow();
    Logging.level(configuration.logLevel());
    // Ratis sends failures as serialized Java objects: nothing else may be read that way.
    ObjectInputFilter.Config.setSerialFilter(
        ObjectInputFilter.Config.createFilter(RaftLeases.SERIAL_FILTER));
    try (Daemon daemon = Daemon.start(configuration, System.getenv())) {
      daemon.awaitInterrupt();
    }
    return 0;
  }

  private static EmbeddedNode embedded(Path store) {
    // Whoever runs one command wants its result, not the life of the node in it.
    Logging.level(LogLevel.WARN);
    Configuration configuration =
        Configuration.load(List.of("--data=" + store), System.getenv()).orThrow();
    return new StandaloneNode(configuration, store, System.getenv());
  }
}
