package io.larder.store;

import io.larder.content.BlobId;
import java.util.Map;

/// How blobs come into the store. Thread-safe.
public interface Ingester {
  /// Sets space aside for blobs before their first byte arrives. Blobs that are committed, begun or
  /// reserved already cost nothing more.
  ///
  /// @param sizes of the blobs in bytes
  /// @return what was reserved, or how much is short; nothing is reserved then
  ReservationOutcome reserve(Map<BlobId, Long> sizes);

  /// Opens a blob for filling: creates its partial file or goes on with the verified parts of an
  /// earlier attempt. One ingestion of a blob is open at a time.
  ///
  /// @param reservation that covers the blob
  /// @throws io.larder.error.LarderException CONFLICT when an ingestion of the blob is open, or
  ///   when it is committed already; INVALID when its size is not the reserved one
  Ingestion begin(BlobId id, Reservation reservation);

  /// Removes a committed blob with all its names, or what there is of a partial one.
  ///
  /// @return bytes given back; 0 when it is not held
  /// @throws io.larder.error.LarderException CONFLICT when it is open, being filled or reserved
  long remove(BlobId id);

  /// Space in bytes.
  Usage usage();

  /// @param capacity the budget
  /// @param used by committed and partial blobs
  /// @param reserved set aside for blobs that have not been begun
  /// @param blobs committed
  record Usage(long capacity, long used, long reserved, long blobs) {}
}
