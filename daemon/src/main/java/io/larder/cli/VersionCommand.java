package io.larder.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

@Command(name = "version", description = "Prints the version of this command.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  @Option(names = "--json", description = "As a JSON object.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  boolean help;

  private final Environment environment;

  VersionCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    environment
        .out()
        .println(
            json
                ? new Json().put("version", larder()).put("java", Runtime.version().toString())
                : getVersion()[0]);
    return 0;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"larder " + larder() + ", Java " + Runtime.version().feature()};
  }

  /// From the jar's manifest; classes run from a folder have none.
  private static String larder() {
    return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
