package io.larder.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "rm",
    description = "Takes a source off this node, unless it is pinned or being fetched.")
final class RmCommand extends NodeCommand {
  @Parameters(paramLabel = "SOURCE", description = "As it was asked for.")
  String source = "";

  RmCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    long freed = access.client().remove(source);
    out()
        .println(
            options.json
                ? new Json().put("source", source).put("freedBytes", freed)
                : source + " is removed, " + Units.bytes(freed) + " are free again");
  }
}
