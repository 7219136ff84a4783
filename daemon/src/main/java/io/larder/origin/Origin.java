package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.util.Set;

/// An adapter for one kind of system that sources come from. Thread-safe. Every failure is a
/// [io.larder.error.LarderException] whose kind says whether asking again may help: UNAVAILABLE
/// may, the others do not. CONFLICT means that what was pinned has changed or gone.
public interface Origin {
  /// URI schemes it answers for, lower case.
  Set<String> schemes();

  /// Pins a source.
  Revision resolve(Source source, Deadline deadline) throws InterruptedException;

  /// The files of a revision that this adapter resolved, on this node or another.
  ///
  /// @throws io.larder.error.LarderException CONFLICT when the source has moved and the revision
  ///   can no longer be listed
  Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException;

  /// Reads a range of one file, under the pin of its [io.larder.content.OriginRef].
  ///
  /// @param range inside the file; the whole file when its access is WHOLE
  /// @param deadline for the first byte
  OriginStream open(FileEntry file, ByteRange range, Deadline deadline) throws InterruptedException;
}
