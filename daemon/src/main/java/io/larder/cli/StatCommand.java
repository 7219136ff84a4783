package io.larder.cli;

import io.larder.client.Artifact;
import io.larder.client.ArtifactDetails;
import java.io.PrintStream;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "stat",
    description = "Shows what a source stands for on this node, with its files.")
final class StatCommand extends NodeCommand {
  @Parameters(paramLabel = "SOURCE", description = "As it was asked for.")
  String source = "";

  StatCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    ArtifactDetails details = access.client().stat(source);
    if (options.json) {
      out().println(Answers.artifact(details.artifact()).put("entries", Answers.entries(details)));
      return;
    }
    print(details.artifact(), out());
    out().println();
    Table table = new Table(">SIZE", "SHA-256", "FILE");
    for (ArtifactDetails.Entry entry : details.entries()) {
      table.row(Units.bytes(entry.size()), entry.sha256(), entry.path());
    }
    table.print(out());
  }

  private static void print(Artifact artifact, PrintStream out) {
    out.println("source    " + artifact.source());
    out.println("revision  " + artifact.revision());
    out.println("path      " + artifact.path());
    out.println(
        "size      "
            + Units.bytes(artifact.bytes())
            + " in "
            + Units.count(artifact.files(), "file"));
    out.println("manifest  sha256:" + artifact.manifest());
    out.println("used      " + Units.ago(artifact.lastUsed(), Instant.now()));
    out.println(
        "pins      " + (artifact.pins().isEmpty() ? "none" : String.join(", ", artifact.pins())));
  }
}
