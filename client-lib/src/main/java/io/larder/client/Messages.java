package io.larder.client;

import io.larder.proto.local.StatReply;
import io.larder.proto.local.StatusReply;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** From the daemon's messages to this package's types. */
final class Messages {
  private Messages() {}

  static Artifact artifact(io.larder.proto.local.Artifact message) {
    return new Artifact(
        message.getSource(),
        message.getRevision(),
        message.getManifest(),
        Path.of(message.getPath()),
        message.getBytes(),
        message.getFiles(),
        message.getPinsList(),
        Instant.ofEpochMilli(message.getLastUsedMillis()),
        progress(message.getFetched()));
  }

  static Progress progress(io.larder.proto.local.Progress message) {
    return new Progress(
        phase(message.getPhase()),
        message.getRevision(),
        message.getTotalBytes(),
        message.getDoneBytes(),
        message.getOriginBytes(),
        message.getPeerBytes(),
        message.getPresentBytes(),
        message.getBytesPerSecond(),
        message.getEtaMillis() < 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(message.getEtaMillis())),
        message.getFiles(),
        message.getCoordinated());
  }

  /** A phase of a newer daemon that this client does not know is shown as the longest one. */
  private static Progress.Phase phase(io.larder.proto.local.Phase phase) {
    return switch (phase) {
      case RESOLVING, PHASE_UNSPECIFIED -> Progress.Phase.RESOLVING;
      case RESERVING -> Progress.Phase.RESERVING;
      case FETCHING, UNRECOGNIZED -> Progress.Phase.FETCHING;
      case EXPOSING -> Progress.Phase.EXPOSING;
    };
  }

  static ArtifactDetails details(StatReply message) {
    return new ArtifactDetails(
        artifact(message.getArtifact()),
        message.getEntriesList().stream()
            .map(
                file -> new ArtifactDetails.Entry(file.getPath(), file.getSize(), file.getSha256()))
            .toList());
  }

  static NodeStatus status(StatusReply message) {
    return new NodeStatus(
        message.getNode(),
        message.getVersion(),
        message.getRole(),
        Path.of(message.getDataDirectory()),
        message.getHttpAddress(),
        Duration.ofMillis(message.getUptimeMillis()),
        new NodeStatus.Storage(
            message.getCapacityBytes(),
            message.getUsedBytes(),
            message.getReservedBytes(),
            message.getArtifacts(),
            message.getBlobs()),
        new NodeStatus.Cluster(
            message.getCoordinated(),
            message.getCoordinator(),
            message.getVotersList(),
            message.getMembersList().stream().map(Messages::member).toList()),
        message.getOriginBytesTotal(),
        message.getPeerBytesTotal(),
        message.getServedBytesTotal());
  }

  private static NodeStatus.Member member(StatusReply.Member message) {
    return new NodeStatus.Member(
        message.getId(),
        message.getAddress(),
        message.getZone(),
        Duration.ofMillis(message.getAgeMillis()),
        message.getVoter());
  }
}
