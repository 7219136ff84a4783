package io.larder.store;

/// Blobs on this node: reading, filling, removing. Closing syncs what was verified and does not
/// wait for open handles and ingestions, whose calls fail with UNAVAILABLE from then on.
public interface ContentStore extends BlobReader, Ingester, AutoCloseable {
  @Override
  void close();
}
