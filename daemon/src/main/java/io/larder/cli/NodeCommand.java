package io.larder.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/// A command that asks the daemon, or the embedded node when there is no daemon.
abstract class NodeCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Mixin CommonOptions options = new CommonOptions();

  private final Access.Opener opener;

  NodeCommand(Access.Opener opener) {
    this.opener = opener;
  }

  @Override
  public final Integer call() throws InterruptedException {
    try (Access access = open()) {
      run(access);
    }
    return 0;
  }

  Access open() throws InterruptedException {
    return opener.node(options, PATIENCE);
  }

  abstract void run(Access access) throws InterruptedException;

  final Access.Opener opener() {
    return opener;
  }

  final Environment environment() {
    return opener.environment();
  }

  final PrintStream out() {
    return environment().out();
  }
}
