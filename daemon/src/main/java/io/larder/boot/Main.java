package io.larder.boot;

import io.larder.boot.config.Configuration;
import io.larder.boot.config.LoadOutcome;
import io.larder.boot.config.LogLevel;
import io.larder.cli.Cli;
import io.larder.cli.EmbeddedNode;
import io.larder.concurrent.Shutdown;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
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
    throw new LarderException(ErrorKind.INTERNAL, "boot.Daemon is not wired yet");
  }

  private static EmbeddedNode embedded(Path store) {
    // Whoever runs one command wants its result, not the life of the node in it.
    Logging.level(LogLevel.WARN);
    throw new LarderException(ErrorKind.INTERNAL, "no embedded node for " + store + " yet");
  }
}
