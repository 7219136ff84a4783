package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.store.Reservation;
import java.util.Map;

/// Space set aside in a [Catalog].
final class DiskReservation implements Reservation {
  private final Catalog catalog;
  private final Map<BlobId, Long> sizes;

  /// Guarded by the catalog.
  boolean released;

  DiskReservation(Catalog catalog, Map<BlobId, Long> sizes) {
    this.catalog = catalog;
    this.sizes = Map.copyOf(sizes);
  }

  @Override
  public Map<BlobId, Long> sizes() {
    return sizes;
  }

  @Override
  public void close() {
    catalog.release(this);
  }
}
