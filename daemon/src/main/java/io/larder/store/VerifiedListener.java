package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.IndexSet;
import io.larder.content.Seal;

/// Hears what becomes readable in a store and what stops being so, see [BlobReader#onVerified].
/// Called by the thread that made the change, after it has taken effect and outside of all locks of
/// the store: calls for different chunks may come at the same time. Must return soon; what it
/// throws is logged and lost.
public interface VerifiedListener {
  /// Chunks may be read from now on. Adds to what was heard before.
  void verified(BlobId blob, IndexSet chunks);

  /// The blob is complete under this name.
  void committed(BlobId blob, Seal seal);

  /// The blob is no longer held under this name. When only some of its chunks were discarded, a
  /// [#verified] with all that remain follows.
  void removed(BlobId blob);
}
