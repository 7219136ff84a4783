package io.larder.store.disk;

import io.larder.content.BlobId;

/// Is told of each step of a commit right after it was made, by the committing thread. For those
/// who want to know where time goes, or what is left when the process ends there.
@FunctionalInterface
public interface CommitSteps {
  /// Nobody listens.
  CommitSteps UNWATCHED = (_, _) -> {};

  void made(Step step, BlobId id);

  /// The steps in order, see [BlobCommit].
  enum Step {
    STARTED,
    SYNCED,
    SEALED,
    DECIDED,
    MADE_READ_ONLY,
    RENAMED,
    DIRECTORY_SYNCED,
    INDEXED
  }
}
