package io.larder.concurrent;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes what was registered, last first, each even when an earlier one fails. Not thread-safe.
public final class Closer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Closer.class);

  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  public <T extends AutoCloseable> T register(T closeable) {
    closeables.push(closeable);
    return closeable;
  }

  @Override
  public void close() {
    while (!closeables.isEmpty()) {
      AutoCloseable next = closeables.pop();
      try {
        next.close();
      } catch (Exception e) {
        log.warn("closing {} failed", next, e);
      }
    }
  }
}
