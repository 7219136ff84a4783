package io.larder.artifact;

import io.larder.artifact.Progress.Phase;
import io.larder.content.Manifest;
import io.larder.fetch.FetchProgress;

/// How far one download has come; written by it, read by all who wait for it. Thread-safe.
final class Flight {
  private final FetchProgress fetched = new FetchProgress();
  private volatile Phase phase = Phase.RESOLVING;
  private volatile String revision = "";
  private volatile long totalBytes;
  private volatile int files;

  FetchProgress fetched() {
    return fetched;
  }

  void phase(Phase next) {
    phase = next;
  }

  void resolved(Manifest manifest) {
    revision = manifest.revision().id();
    totalBytes = manifest.totalBytes();
    files = manifest.files().size();
  }

  Progress progress() {
    long origin = fetched.originBytes();
    long peers = fetched.peerBytes();
    long present = fetched.presentBytes();
    // Chunks that were dropped as wrong and fetched anew count twice in the parts, never in the
    // whole.
    long done = Math.min(totalBytes, origin + peers + present);
    return new Progress(
        phase, revision, totalBytes, done, origin, peers, present, files, fetched.coordinated());
  }
}
