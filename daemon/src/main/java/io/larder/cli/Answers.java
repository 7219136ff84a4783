package io.larder.cli;

import io.larder.client.Artifact;
import io.larder.client.ArtifactDetails;
import io.larder.client.NodeStatus;
import io.larder.client.Progress;
import java.util.List;

/// The client's types as JSON. Sizes are in bytes, moments in ISO 8601.
final class Answers {
  private Answers() {}

  static Json artifact(Artifact artifact) {
    return new Json()
        .put("source", artifact.source())
        .put("revision", artifact.revision())
        .put("path", artifact.path())
        .put("bytes", artifact.bytes())
        .put("files", artifact.files())
        .put("pins", artifact.pins())
        .put("lastUsed", artifact.lastUsed())
        .put("manifest", artifact.manifest());
  }

  static Json fetched(Progress progress) {
    return new Json()
        .put("originBytes", progress.originBytes())
        .put("peerBytes", progress.peerBytes())
        .put("presentBytes", progress.presentBytes());
  }

  static List<Json> entries(ArtifactDetails details) {
    return details.entries().stream()
        .map(
            entry ->
                new Json()
                    .put("path", entry.path())
                    .put("size", entry.size())
                    .put("sha256", entry.sha256()))
        .toList();
  }

  static Json status(NodeStatus status) {
    NodeStatus.Storage storage = status.storage();
    NodeStatus.Cluster cluster = status.cluster();
    return new Json()
        .put("node", status.node())
        .put("version", status.version())
        .put("role", status.role())
        .put("dataDirectory", status.dataDirectory())
        .put("httpAddress", status.httpAddress())
        .put("uptimeMillis", status.uptime().toMillis())
        .put("capacityBytes", storage.capacityBytes())
        .put("usedBytes", storage.usedBytes())
        .put("reservedBytes", storage.reservedBytes())
        .put("artifacts", storage.artifacts())
        .put("blobs", storage.blobs())
        .put("originBytes", status.originBytes())
        .put("peerBytes", status.peerBytes())
        .put("servedBytes", status.servedBytes())
        .put("coordinated", cluster.coordinated())
        .put("coordinator", cluster.coordinator())
        .put("voters", cluster.voters())
        .put("members", cluster.members().stream().map(Answers::member).toList());
  }

  private static Json member(NodeStatus.Member member) {
    return new Json()
        .put("id", member.id())
        .put("address", member.address())
        .put("zone", member.zone())
        .put("ageMillis", member.age().toMillis())
        .put("voter", member.voter());
  }
}
