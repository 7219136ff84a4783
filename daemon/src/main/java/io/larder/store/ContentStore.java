package io.larder.store;

/// Blobs on this node: reading, filling, removing. Closing waits for nothing and loses at most
/// chunks that were not synced.
public interface ContentStore extends BlobReader, Ingester, AutoCloseable {
  @Override
  void close();
}
