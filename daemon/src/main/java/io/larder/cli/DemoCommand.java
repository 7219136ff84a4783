package io.larder.cli;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

@Command(
    name = "demo",
    description = {
      "Runs the main job on this machine, and proves it. Needs a source checkout.",
      "An S3 server and some daemons start; all daemons ask for one model at the same moment, and",
      "together fetch it once."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String MAIN_CLASS = "io.larder.chaos.demo.Demo";

  @Option(names = "--nodes", paramLabel = "N", description = "How many daemons. Default: 3.")
  @Nullable String nodes;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "A synthetic model of this size instead of the real one.")
  @Nullable String size;

  @Option(names = "--keep", description = "Leave everything running at the end.")
  boolean keep;

  @Option(names = "--json", description = "One JSON object with the figures on the last line.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  boolean help;

  @Unmatched List<String> others = new ArrayList<>();

  private final Environment environment;

  DemoCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      Process demo = new ProcessBuilder(command()).inheritIO().start();
      try {
        return demo.waitFor();
      } finally {
        demo.destroy();
      }
    } catch (IOException e) {
      throw new LarderException(ErrorKind.INTERNAL, "cannot start the demo (" + e + ")", e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(classPath());
    command.add(MAIN_CLASS);
    if (nodes != null) {
      command.addAll(List.of("--nodes", nodes));
    }
    if (size != null) {
      command.addAll(List.of("--size", size));
    }
    if (keep) {
      command.add("--keep");
    }
    if (json) {
      command.add("--json");
    }
    command.addAll(others);
    return command;
  }

  private String classPath() {
    String demo = environment.variable("LARDER_DEMO_LIB");
    if (demo.isEmpty() || !Files.isDirectory(Path.of(demo))) {
      throw new LarderException(
          ErrorKind.INVALID,
          "the demo needs a source checkout: clone Larder and run './larder demo' there");
    }
    List<String> entries = new ArrayList<>(List.of(demo + "/*"));
    String home = environment.variable("LARDER_HOME");
    if (home.isEmpty()) {
      entries.add(ownCode().toString());
    } else {
      entries.addAll(List.of(home + "/larder.jar", home + "/lib/*"));
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Path ownCode() {
    CodeSource code = DemoCommand.class.getProtectionDomain().getCodeSource();
    try {
      return Path.of(code.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new LarderException(
          ErrorKind.INTERNAL, "cannot find Larder's own classes; set LARDER_HOME", e);
    }
  }
}
