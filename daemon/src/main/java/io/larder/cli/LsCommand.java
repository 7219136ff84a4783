package io.larder.cli;

import io.larder.client.Artifact;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "ls", aliases = "list", description = "Lists what is on this node.")
final class LsCommand extends NodeCommand {
  private static final int SHOWN_OF_REVISION = 12;

  LsCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    List<Artifact> artifacts = access.client().list();
    if (options.json) {
      out()
          .println(new Json().put("artifacts", artifacts.stream().map(Answers::artifact).toList()));
      return;
    }
    Table table = new Table("SOURCE", "REVISION", ">SIZE", ">FILES", "USED", "PINS");
    for (Artifact artifact : artifacts) {
      String revision = artifact.revision();
      table.row(
          artifact.source(),
          revision.substring(0, Math.min(SHOWN_OF_REVISION, revision.length())),
          Units.bytes(artifact.bytes()),
          Integer.toString(artifact.files()),
          Units.ago(artifact.lastUsed(), Instant.now()),
          artifact.pins().isEmpty() ? "-" : String.join(",", artifact.pins()));
    }
    table.print(out());
  }
}
