package io.larder.cli;

import java.util.List;

/// Runs the daemon of this node in this process.
public interface DaemonLauncher {
  /// Runs until the daemon is told to stop. Understands `--help` by itself.
  ///
  /// @param arguments all that stood behind `larder daemon`
  /// @return the exit code
  /// @throws io.larder.error.LarderException when it cannot start
  int run(List<String> arguments) throws InterruptedException;
}
