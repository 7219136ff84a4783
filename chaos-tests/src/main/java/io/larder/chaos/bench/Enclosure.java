package io.larder.chaos.bench;

import io.larder.chaos.cluster.ChildProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs a main class again inside network, mount and process namespaces of its own. When it ends,
/// in whatever way, the kernel ends every process in there and takes away every namespace and link.
final class Enclosure {
  private static final String INSIDE = "CHAOS_ENCLOSED";

  private Enclosure() {}

  static boolean inside() {
    return System.getenv(INSIDE) != null;
  }

  /// @return the exit code
  /// @throws IllegalStateException without the right to make namespaces
  static int run(Class<?> main, String[] arguments) throws IOException, InterruptedException {
    if (!Shell.run("id -u").strip().equals("0")) {
      throw new IllegalStateException(
          "network namespaces need root: run it with sudo, or in a container with CAP_SYS_ADMIN");
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
    command.add(ChildProcess.java());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put(INSIDE, "true");
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end-enclosure"));
    return process.waitFor();
  }
}
