package io.larder.store;

import io.larder.content.BlobId;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What this node holds. Thread-safe.
public interface BlobReader {
  /// Opens a blob that is committed or has been begun; empty when the store has nothing of it.
  Optional<BlobHandle> open(BlobId id);

  /// A committed blob; empty when it is not committed here.
  Optional<BlobInfo> find(BlobId id);

  /// Those of `ids` that are not committed here, in the same order.
  List<BlobId> missing(Collection<BlobId> ids);

  /// All committed blobs, each once (under its SHA-256 name), in no order.
  List<BlobInfo> list();

  /// All names that are held wholly or in part, for announcing to the swarm.
  List<BlobId> names();

  /// Makes a further name in the file system for a committed blob, by hard link.
  ///
  /// @param target an absolute path that does not exist yet, on the same file system; its parent
  ///   exists
  /// @throws io.larder.error.LarderException NOT_FOUND when the blob is not committed, CONFLICT
  ///   when the target exists
  void link(BlobId id, Path target);

  /// Marks committed blobs as used now.
  void touch(Collection<BlobId> ids);

  /// Calls back whenever chunks become verified, blobs are committed or removed, until the
  /// subscription is closed. Says nothing about what is held already: subscribe first, then ask.
  Subscription onVerified(VerifiedListener listener);
}
