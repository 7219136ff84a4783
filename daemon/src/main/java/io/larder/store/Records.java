package io.larder.store;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// Small durable values by name, for what other layers must remember next to the blobs: pins,
/// artifacts, manifests. Each user keeps to keys that start with its own word and a slash, such as
/// `pin/…`. Thread-safe; closed by the store it belongs to.
///
/// All methods throw [io.larder.error.LarderException]: UNAVAILABLE once the store is closed,
/// EXHAUSTED when the disk is full, INTERNAL when the disk fails.
public interface Records {
  /// The value of a key, as a copy; empty when it has none.
  Optional<byte[]> get(String key);

  /// All keys that start with a prefix, with their values, in the order of their UTF-8 bytes.
  SortedMap<String, byte[]> scan(String prefix);

  /// Makes several changes, all or none of them. Once it returns they survive power loss. Of two
  /// changes of one key the later wins.
  void apply(List<Change> changes);

  /// Sets one value. Once it returns the value survives power loss.
  default void put(String key, byte[] value) {
    apply(List.of(new Change.Put(key, value)));
  }

  /// Takes one value away; nothing happens when there is none.
  default void delete(String key) {
    apply(List.of(new Change.Delete(key)));
  }

  /// A change of one key.
  sealed interface Change {
    /// @param value not changed by the caller until [Records#apply] has returned
    record Put(String key, byte[] value) implements Change {}

    record Delete(String key) implements Change {}
  }
}
