package io.larder.cli;

import io.larder.client.Artifact;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "pin",
    description = "Keeps what is here from being evicted, until it is unpinned by the same owner.")
final class PinCommand extends NodeCommand {
  /// Of pins that are taken by hand.
  static final String USUAL_OWNER = "cli";

  @Parameters(paramLabel = "SOURCE", description = "As it was asked for; must be here.")
  String source = "";

  @Option(
      names = "--owner",
      paramLabel = "OWNER",
      description = "Who keeps it. Default: ${DEFAULT-VALUE}.")
  String owner = USUAL_OWNER;

  PinCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    Artifact artifact = access.client().pin(source, owner);
    out()
        .println(
            options.json
                ? Answers.artifact(artifact)
                : source + " is pinned by " + String.join(", ", artifact.pins()));
  }
}
