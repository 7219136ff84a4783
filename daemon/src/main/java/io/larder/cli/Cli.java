package io.larder.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `larder` command. Not thread-safe.
public final class Cli {
  private final CommandLine commandLine;

  @Command(
      name = "larder",
      description = "Keeps models and packages next to the GPUs that need them.",
      synopsisSubcommandLabel = "COMMAND",
      footerHeading = "%n",
      footer = {
        "With no daemon running, commands work on a store of their own in the cache folder.",
        "",
        "Exit codes:",
        "    0  done",
        "    1  an unexpected failure of this command",
        "    2  the request is wrong",
        "    3  what was asked for does not exist",
        "    4  the origin, or a file mode, does not allow it",
        "    5  it changed, is in use, or something else stands in its place",
        "    6  no space, or a limit is reached",
        "    7  not reachable, or not in time; asking again may help",
        "    8  bytes are not what their digest says",
        "    9  a defect in Larder",
        "  130  interrupted"
      })
  static final class Root implements Runnable {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "This text.")
    boolean help;

    @Option(
        names = {"-V", "--version"},
        versionHelp = true,
        description = "The version.")
    boolean version;

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "a command is missing");
    }
  }

  /// @param daemon behind `larder daemon`; not asked for before that
  /// @param embedded opened only when no daemon runs
  public Cli(DaemonLauncher daemon, EmbeddedNode.Factory embedded) {
    this(Environment.ofProcess(), daemon, embedded);
  }

  Cli(Environment environment, DaemonLauncher daemon, EmbeddedNode.Factory embedded) {
    Errors errors = new Errors(environment);
    Access.Opener opener = new Access.Opener(environment, embedded);
    // All that stands behind `daemon` is the daemon's, --help included.
    CommandLine daemonCommand =
        new CommandLine(new DaemonCommand(daemon))
            .setStopAtPositional(true)
            .setUnmatchedOptionsArePositionalParams(true);
    VersionCommand version = new VersionCommand(environment);
    commandLine =
        new CommandLine(new Root())
            .addSubcommand(daemonCommand)
            .addSubcommand(new GetCommand(opener))
            .addSubcommand(new LsCommand(opener))
            .addSubcommand(new StatCommand(opener))
            .addSubcommand(new PinCommand(opener))
            .addSubcommand(new UnpinCommand(opener))
            .addSubcommand(new RmCommand(opener))
            .addSubcommand(new PrefetchCommand(opener))
            .addSubcommand(new StatusCommand(opener))
            .addSubcommand(new DemoCommand(environment))
            .addSubcommand(version)
            .addSubcommand(new CompletionCommand(environment))
            .addSubcommand(new HelpCommand())
            .setOut(new PrintWriter(environment.out(), true))
            .setErr(new PrintWriter(environment.err(), true))
            .setUsageHelpWidth(100)
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> errors.tell(failure, parsed.originalArgs()))
            .setParameterExceptionHandler(
                (failure, arguments) -> errors.tell(failure, List.of(arguments)));
    commandLine.getCommandSpec().versionProvider(version);
  }

  /// Runs one command. Prints results on standard output and everything else on standard error.
  ///
  /// @return the exit code
  public int run(String... arguments) {
    return commandLine.execute(arguments);
  }
}
