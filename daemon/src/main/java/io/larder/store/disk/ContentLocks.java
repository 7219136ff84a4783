package io.larder.store.disk;

import io.larder.content.Digest;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// Keeps the publishing and the removing of equal content apart. Striped: different content may
/// share a lock.
final class ContentLocks {
  private static final int STRIPES = 1024;

  private final Lock[] locks =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

  Lock of(Digest content) {
    return locks[Math.floorMod(content.hashCode(), STRIPES)];
  }
}
