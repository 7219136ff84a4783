package io.larder.store.rocks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.larder.store.Records;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// The records of other layers, in the key space [RocksIndex#RECORDS] of the index.
final class RocksRecords implements Records {
  private static final Comparator<String> BY_BYTES =
      (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

  private final RocksTable table;

  RocksRecords(RocksTable table) {
    this.table = table;
  }

  @Override
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(table.get(bytes(key)));
  }

  @Override
  public SortedMap<String, byte[]> scan(String prefix) {
    SortedMap<String, byte[]> found = new TreeMap<>(BY_BYTES);
    table.scan(
        bytes(prefix), (key, value) -> found.put(new String(key, 1, key.length - 1, UTF_8), value));
    return found;
  }

  @Override
  public void apply(List<Change> changes) {
    try (WriteBatch batch = new WriteBatch()) {
      for (Change change : changes) {
        switch (change) {
          case Change.Put(String key, byte[] value) -> batch.put(bytes(key), value);
          case Change.Delete(String key) -> batch.delete(bytes(key));
        }
      }
      table.write(batch, true);
    } catch (RocksDBException e) {
      throw table.failure(e);
    }
  }

  private static byte[] bytes(String key) {
    byte[] text = key.getBytes(UTF_8);
    byte[] bytes = new byte[text.length + 1];
    bytes[0] = RocksIndex.RECORDS;
    System.arraycopy(text, 0, bytes, 1, text.length);
    return bytes;
  }
}
