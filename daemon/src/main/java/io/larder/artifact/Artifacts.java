package io.larder.artifact;

import io.larder.concurrent.Deadline;
import io.larder.content.Manifest;
import io.larder.content.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What this node can be asked for. Thread-safe. Failures are [io.larder.error.LarderException]s.
public interface Artifacts {
  /// Has a source on this node. Requests for the same source share one download, which goes on as
  /// long as at least one of them waits.
  ///
  /// @param pinOwner when present, a pin of this owner is taken together with the result
  /// @param watcher is handed, once and at once, a view of the progress that may be polled by any
  ///   thread
  Artifact ensure(Source source, Optional<String> pinOwner, Watcher watcher, Deadline deadline)
      throws InterruptedException;

  /// Starts having a source on this node and returns.
  void prefetch(Source source);

  /// All artifacts that are exposed here.
  List<Artifact> list();

  /// The artifact that a source stands for on this node: its latest revision here.
  ///
  /// @throws io.larder.error.LarderException NOT_FOUND when there is none
  Details stat(Source source);

  /// Adds a pin. Idempotent for an owner.
  ///
  /// @throws io.larder.error.LarderException NOT_FOUND when the source is not here
  Artifact pin(Source source, String owner);

  /// Takes a pin away. Idempotent.
  ///
  /// @throws io.larder.error.LarderException NOT_FOUND when the source is not here
  Artifact unpin(Source source, String owner);

  /// Takes all revisions of a source off this node, and the blobs that nothing else needs.
  ///
  /// @return bytes given back
  /// @throws io.larder.error.LarderException NOT_FOUND when the source is not here, CONFLICT when
  ///   it is pinned or being fetched
  long remove(Source source);

  /// Is told where to look for progress.
  interface Watcher {
    void watch(Supplier<Progress> progress);
  }

  /// An artifact with its manifest. The content digests of the files are those of the sealed blobs,
  /// in the manifest's order.
  record Details(Artifact artifact, Manifest manifest, List<io.larder.content.Digest> contents) {}
}
