package io.larder.store.rocks;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// One RocksDB database with its failures in the project's terms, that may be closed at any time:
/// calls after that are refused instead of reaching freed memory. Thread-safe.
///
/// Writes that come at the same time share one sync. After power loss the database is at a state it
/// had: everything up to some write, and at least up to the last synced one.
final class RocksTable implements AutoCloseable {
  private static final long WRITE_BUFFER = 8L << 20;
  private static final long BLOCK_CACHE = 8L << 20;
  private static final long LARGEST_LOG = 32L << 20;

  private final Path folder;
  private final Options options;
  private final LRUCache cache;
  private final RocksDB db;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions();
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed;

  /// Opens or creates.
  RocksTable(Path folder) {
    this.folder = folder;
    this.cache = new LRUCache(BLOCK_CACHE);
    // Digests do not compress, and an index of a few hundred MB needs no large buffers.
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setWriteBufferSize(WRITE_BUFFER)
            .setMaxTotalWalSize(LARGEST_LOG)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache))
            .setMaxOpenFiles(256)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setKeepLogFileNum(2);
    try {
      this.db = RocksDB.open(options, folder.toString());
    } catch (RocksDBException e) {
      options.close();
      cache.close();
      throw failure(e);
    }
  }

  byte @Nullable [] get(byte[] key) {
    try (Use _ = use()) {
      return db.get(key);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /// Hands out all keys and values that start with a prefix, in the order of the unsigned bytes.
  void scan(byte[] prefix, BiConsumer<byte[], byte[]> each) {
    try (Use _ = use();
        ReadOptions reading = new ReadOptions();
        Slice end = new Slice(behind(prefix))) {
      if (prefix.length > 0) {
        reading.setIterateUpperBound(end);
      }
      try (RocksIterator iterator = db.newIterator(reading)) {
        for (iterator.seek(prefix); iterator.isValid(); iterator.next()) {
          each.accept(iterator.key(), iterator.value());
        }
        iterator.status();
      }
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /// Makes all changes of a batch, or none.
  ///
  /// @param survivePowerLoss whether they do so once this returns; they survive the end of the
  ///   process in any case
  void write(WriteBatch batch, boolean survivePowerLoss) {
    try (Use _ = use()) {
      db.write(survivePowerLoss ? synced : unsynced, batch);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /// The smallest key behind all that start with a prefix.
  private static byte[] behind(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (++end[i] != 0) {
        return end;
      }
    }
    return new byte[] {(byte) 0xff};
  }

  LarderException failure(RocksDBException e) {
    Status status = e.getStatus();
    if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
      return new LarderException(
          ErrorKind.EXHAUSTED, "no space is left on the disk of the index " + folder, e);
    }
    return new LarderException(
        ErrorKind.INTERNAL,
        "the index "
            + folder
            + " failed: "
            + e.getMessage()
            + "; check the disk; when the folder is deleted, the next start builds it anew from the"
            + " blobs",
        e);
  }

  private Use use() {
    Lock lock = life.readLock();
    lock.lock();
    if (closed) {
      lock.unlock();
      throw new LarderException(ErrorKind.UNAVAILABLE, "the store is closed");
    }
    return lock::unlock;
  }

  /// Waits for calls under way. Idempotent.
  @Override
  public void close() {
    Lock lock = life.writeLock();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        db.syncWal();
        db.closeE();
      } catch (RocksDBException e) {
        throw failure(e);
      } finally {
        synced.close();
        unsynced.close();
        options.close();
        cache.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Keeps the database open until closed.
  private interface Use extends AutoCloseable {
    @Override
    void close();
  }
}
