package io.larder.store;

/// Keeps a listener listening until closed. Closing is idempotent; a call under way may still end
/// after it.
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
