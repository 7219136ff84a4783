package io.larder.store;

import io.larder.content.BlobId;
import java.util.Map;

/// Space set aside. Closing gives back what was not begun; what was begun keeps its space until it
/// is committed or removed. While a reservation is open, the blobs it names are not removed.
/// Thread-safe.
public interface Reservation extends AutoCloseable {
  /// Sizes in bytes of the blobs it covers.
  Map<BlobId, Long> sizes();

  @Override
  void close();
}
