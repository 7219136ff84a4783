package io.larder.cli;

import io.larder.client.Artifact;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "unpin", description = "Takes an owner's pin away.")
final class UnpinCommand extends NodeCommand {
  @Parameters(paramLabel = "SOURCE", description = "As it was asked for; must be here.")
  String source = "";

  @Option(
      names = "--owner",
      paramLabel = "OWNER",
      description = "Whose pin. Default: ${DEFAULT-VALUE}.")
  String owner = PinCommand.USUAL_OWNER;

  UnpinCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    Artifact artifact = access.client().unpin(source, owner);
    if (options.json) {
      out().println(Answers.artifact(artifact));
    } else if (artifact.pins().isEmpty()) {
      out().println(source + " is not pinned any more");
    } else {
      out().println(source + " is still pinned by " + String.join(", ", artifact.pins()));
    }
  }
}
