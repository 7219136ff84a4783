package io.larder.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a request has come. Bytes count verified content on this node. Immutable.
 *
 * @param phase what the daemon is doing
 * @param revision the pinned state, or empty while it is being resolved
 * @param totalBytes of the artifact; 0 while unknown
 * @param doneBytes of the artifact here: the sum of the next three
 * @param originBytes fetched from the origin by this node for this request
 * @param peerBytes fetched from other nodes for this request
 * @param presentBytes here when the request came
 * @param bytesPerSecond over the last seconds
 * @param eta time left at this rate; empty while unknown
 * @param files of the artifact
 * @param coordinated false while the cluster has no quorum and nodes may fetch the same bytes twice
 */
public record Progress(
    Phase phase,
    String revision,
    long totalBytes,
    long doneBytes,
    long originBytes,
    long peerBytes,
    long presentBytes,
    long bytesPerSecond,
    Optional<Duration> eta,
    int files,
    boolean coordinated) {

  /** The steps of a request. */
  public enum Phase {
    /** Asking the origin, or the cluster, what the source stands for now. */
    RESOLVING,
    /** Making room. */
    RESERVING,
    /** Downloading and verifying. */
    FETCHING,
    /** Making the files visible. */
    EXPOSING
  }

  static Progress start() {
    return new Progress(Phase.RESOLVING, "", 0, 0, 0, 0, 0, 0, Optional.empty(), 0, true);
  }
}
