package io.larder.cli;

import io.larder.client.NodeStatus;
import java.io.PrintStream;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Shows how this node and its cluster are.")
final class StatusCommand extends NodeCommand {
  StatusCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  void run(Access access) {
    NodeStatus status = access.client().status();
    if (options.json) {
      out().println(Answers.status(status).put("embedded", access.isEmbedded()));
      return;
    }
    print(status, access.isEmbedded(), out());
    if (!status.cluster().members().isEmpty()) {
      out().println();
      Table table = new Table("NODE", "ADDRESS", "ZONE", "SEEN FOR", "VOTER");
      for (NodeStatus.Member member : status.cluster().members()) {
        table.row(
            member.id(),
            member.address(),
            orDash(member.zone()),
            Units.duration(member.age()),
            member.voter() ? "yes" : "-");
      }
      table.print(out());
    }
  }

  private static void print(NodeStatus status, boolean embedded, PrintStream out) {
    NodeStatus.Storage storage = status.storage();
    out.println(
        "node     "
            + status.node()
            + ", Larder "
            + status.version()
            + (embedded
                ? ", embedded in this command because no daemon runs"
                : ", up for " + Units.duration(status.uptime())));
    out.println(
        "store    "
            + Units.bytes(storage.usedBytes())
            + " of "
            + Units.bytes(storage.capacityBytes())
            + " used, "
            + Units.bytes(storage.reservedBytes())
            + " reserved: "
            + Units.count(storage.artifacts(), "artifact")
            + ", "
            + Units.count(storage.blobs(), "blob"));
    out.println("data     " + status.dataDirectory());
    out.println("http     " + orDash(status.httpAddress()));
    out.println(
        "traffic  "
            + Units.bytes(status.originBytes())
            + " from origins, "
            + Units.bytes(status.peerBytes())
            + " from peers, "
            + Units.bytes(status.servedBytes())
            + " to peers");
    out.println("cluster  " + cluster(status));
  }

  private static String cluster(NodeStatus status) {
    NodeStatus.Cluster cluster = status.cluster();
    if (status.role().equals("none")) {
      return "none";
    }
    return Units.count(cluster.members().size(), "node")
        + ", this one is "
        + status.role()
        + ", "
        + (cluster.coordinated()
            ? "coordinated by " + cluster.coordinator()
            : "uncoordinated: no quorum, nodes may fetch the same bytes twice")
        + "; voters: "
        + orDash(String.join(", ", cluster.voters()));
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
