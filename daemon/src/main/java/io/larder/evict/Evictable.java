package io.larder.evict;

import java.time.Instant;

/// Something that may be taken off this node: not pinned, not open, not being fetched when it was
/// listed.
///
/// @param name for log lines
/// @param lastUsed when it was last asked for
/// @param removal how it is taken off
public record Evictable(String name, Instant lastUsed, Removal removal) {
  /// Takes something off this node.
  public interface Removal {
    /// @return bytes given back; 0 when it has come into use meanwhile, or shares all its blobs
    long run();
  }
}
