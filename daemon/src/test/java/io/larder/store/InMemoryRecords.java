package io.larder.store;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Records that live as long as the object.
public final class InMemoryRecords implements Records {
  private final TreeMap<String, byte[]> records = new TreeMap<>();

  @Override
  public synchronized Optional<byte[]> get(String key) {
    return Optional.ofNullable(records.get(key)).map(byte[]::clone);
  }

  @Override
  public synchronized void apply(List<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.Put(String key, byte[] value) -> records.put(key, value.clone());
        case Change.Delete(String key) -> records.remove(key);
      }
    }
  }

  @Override
  public synchronized SortedMap<String, byte[]> scan(String prefix) {
    return new TreeMap<>(records.subMap(prefix, prefix + Character.MAX_VALUE));
  }
}
