package io.larder.evict;

import java.util.List;

/// What could go.
public interface EvictionSource {
  /// Everything that may go now.
  List<Evictable> candidates();

  /// Bytes that come free when all candidates go.
  long reclaimableBytes();
}
