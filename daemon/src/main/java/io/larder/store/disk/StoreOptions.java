package io.larder.store.disk;

import java.time.Duration;

/// How a store behaves.
///
/// @param capacityBytes the budget for committed, partial and reserved blobs together
/// @param keepFreeBytes of the disk that reservations leave alone, for the index and others
/// @param syncBytes of verified chunks of one blob after which they are synced to the disk
/// @param syncInterval after which they are synced in any case
public record StoreOptions(
    long capacityBytes, long keepFreeBytes, long syncBytes, Duration syncInterval) {
  private static final long DEFAULT_KEEP_FREE = 64L << 20;
  private static final long DEFAULT_SYNC_BYTES = 256L << 20;
  private static final Duration DEFAULT_SYNC_INTERVAL = Duration.ofSeconds(2);

  public StoreOptions {
    if (capacityBytes < 0 || keepFreeBytes < 0 || syncBytes < 1 || syncInterval.isNegative()) {
      throw new IllegalArgumentException(
          "sizes and times of a store are not negative: "
              + capacityBytes
              + ", "
              + keepFreeBytes
              + ", "
              + syncBytes
              + ", "
              + syncInterval);
    }
  }

  /// A budget, and everything else as it suits an NVMe disk.
  public static StoreOptions withCapacity(long bytes) {
    return new StoreOptions(bytes, DEFAULT_KEEP_FREE, DEFAULT_SYNC_BYTES, DEFAULT_SYNC_INTERVAL);
  }

  /// The same with other bytes to leave alone.
  public StoreOptions keepingFree(long bytes) {
    return new StoreOptions(capacityBytes, bytes, syncBytes, syncInterval);
  }

  /// The same with another rhythm of syncing.
  public StoreOptions syncing(long bytes, Duration interval) {
    return new StoreOptions(capacityBytes, keepFreeBytes, bytes, interval);
  }
}
