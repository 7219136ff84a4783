package io.larder.api.grpc;

import io.larder.api.NodeStatus;
import io.larder.api.RateMeter;
import io.larder.artifact.Artifact;
import io.larder.artifact.Artifacts;
import io.larder.artifact.Progress;
import io.larder.content.FileEntry;
import io.larder.proto.local.Phase;
import io.larder.proto.local.StatReply;
import io.larder.proto.local.StatusReply;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// From this node's values to messages.
final class Messages {
  private Messages() {}

  static io.larder.proto.local.Artifact artifact(Artifact artifact) {
    return builder(artifact).build();
  }

  /// With how it was served.
  static io.larder.proto.local.Artifact artifact(Artifact artifact, Progress served) {
    return builder(artifact).setFetched(builder(served).setEtaMillis(0)).build();
  }

  private static io.larder.proto.local.Artifact.Builder builder(Artifact artifact) {
    return io.larder.proto.local.Artifact.newBuilder()
        .setSource(artifact.revision().source().uri())
        .setRevision(artifact.revision().id())
        .setManifest(artifact.manifest().hex())
        .setPath(artifact.path().toString())
        .setBytes(artifact.bytes())
        .setFiles(artifact.files())
        .addAllPins(artifact.pins())
        .setLastUsedMillis(artifact.lastUsed().toEpochMilli());
  }

  static io.larder.proto.local.Progress progress(Progress progress, RateMeter meter) {
    long left = progress.totalBytes() - progress.doneBytes();
    boolean known = progress.phase() == Progress.Phase.FETCHING && left > 0;
    return builder(progress)
        .setBytesPerSecond(meter.bytesPerSecond())
        .setEtaMillis(known ? meter.timeFor(left).map(Duration::toMillis).orElse(-1L) : -1L)
        .build();
  }

  private static io.larder.proto.local.Progress.Builder builder(Progress progress) {
    return io.larder.proto.local.Progress.newBuilder()
        .setPhase(
            switch (progress.phase()) {
              case RESOLVING -> Phase.RESOLVING;
              case RESERVING -> Phase.RESERVING;
              case FETCHING -> Phase.FETCHING;
              case EXPOSING -> Phase.EXPOSING;
            })
        .setRevision(progress.revision())
        .setTotalBytes(progress.totalBytes())
        .setDoneBytes(progress.doneBytes())
        .setOriginBytes(progress.originBytes())
        .setPeerBytes(progress.peerBytes())
        .setPresentBytes(progress.presentBytes())
        .setFiles(progress.files())
        .setCoordinated(progress.coordinated());
  }

  static StatReply details(Artifacts.Details details) {
    var reply = StatReply.newBuilder().setArtifact(artifact(details.artifact()));
    List<FileEntry> files = details.manifest().files();
    for (int i = 0; i < files.size(); i++) {
      reply.addEntries(
          StatReply.File.newBuilder()
              .setPath(files.get(i).path().value())
              .setSize(files.get(i).size())
              .setSha256(details.contents().get(i).hex()));
    }
    return reply.build();
  }

  static StatusReply status(NodeStatus status) {
    var reply =
        StatusReply.newBuilder()
            .setNode(status.node())
            .setVersion(status.version())
            .setRole(status.role().name().toLowerCase(Locale.ROOT))
            .setDataDirectory(status.dataDirectory().toString())
            .setHttpAddress(status.httpAddress())
            .setUptimeMillis(status.uptime().toMillis())
            .setCapacityBytes(status.storage().capacityBytes())
            .setUsedBytes(status.storage().usedBytes())
            .setReservedBytes(status.storage().reservedBytes())
            .setArtifacts(status.storage().artifacts())
            .setBlobs(status.storage().blobs())
            .setCoordinated(status.cluster().coordinated())
            .setCoordinator(status.cluster().coordinator())
            .addAllVoters(status.cluster().voters())
            .setOriginBytesTotal(status.traffic().originBytes())
            .setPeerBytesTotal(status.traffic().peerBytes())
            .setServedBytesTotal(status.traffic().servedBytes());
    for (NodeStatus.Member member : status.cluster().members()) {
      reply.addMembers(
          StatusReply.Member.newBuilder()
              .setId(member.id())
              .setAddress(member.address())
              .setZone(member.zone())
              .setAgeMillis(member.age().toMillis())
              .setVoter(member.voter()));
    }
    return reply.build();
  }
}
