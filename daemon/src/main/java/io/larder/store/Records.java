package io.larder.store;

import java.util.Map;
import java.util.Optional;

/// Small durable records by name, kept beside the blobs for the layers above. Thread-safe. A change
/// survives power loss once the call returns.
public interface Records {
  Optional<byte[]> get(String key);

  void put(String key, byte[] value);

  /// Removes a record. Idempotent.
  void delete(String key);

  /// All records whose key starts with `prefix`, by key in ascending order.
  Map<String, byte[]> scan(String prefix);
}
