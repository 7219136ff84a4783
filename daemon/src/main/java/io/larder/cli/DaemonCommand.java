package io.larder.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Hands everything on: the daemon's options are its configuration.
@Command(
    name = "daemon",
    description = "Runs the daemon of this node; 'larder daemon --help' lists its options.")
final class DaemonCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OPTION", arity = "0..*", description = "Options of the daemon.")
  List<String> arguments = new ArrayList<>();

  private final DaemonLauncher launcher;

  DaemonCommand(DaemonLauncher launcher) {
    this.launcher = launcher;
  }

  @Override
  public Integer call() throws InterruptedException {
    return launcher.run(List.copyOf(arguments));
  }
}
