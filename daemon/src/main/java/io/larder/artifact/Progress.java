package io.larder.artifact;

/// How far one request has come. Bytes count verified content of this artifact on this node.
///
/// @param phase what it is doing
/// @param revision id of the revision, or empty while it is being resolved
/// @param totalBytes of the artifact
/// @param doneBytes of the artifact here: the sum of the next three
/// @param originBytes fetched from the origin by this node during this request
/// @param peerBytes fetched from peers during this request
/// @param presentBytes here when the request came
/// @param files of the artifact
/// @param coordinated false while the Raft group has no quorum
public record Progress(
    Phase phase,
    String revision,
    long totalBytes,
    long doneBytes,
    long originBytes,
    long peerBytes,
    long presentBytes,
    int files,
    boolean coordinated) {
  /// The steps of a request.
  public enum Phase {
    RESOLVING,
    RESERVING,
    FETCHING,
    EXPOSING
  }

  /// Before anything is known.
  public static Progress start() {
    return new Progress(Phase.RESOLVING, "", 0, 0, 0, 0, 0, 0, true);
  }
}
