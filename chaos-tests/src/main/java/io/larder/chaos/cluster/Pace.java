package io.larder.chaos.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A link of a given rate that several connections share. Thread-safe.
final class Pace {
  /// What a link may send at once after a pause.
  private static final long BURST_NANOS = Duration.ofMillis(20).toNanos();

  private volatile long bytesPerSecond;
  private long freeAt = System.nanoTime();

  /// @param bytesPerSecond 0 for no limit
  void rate(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /// How much to send between two calls of [#take]: small enough for a smooth flow.
  int slice(int available) {
    long rate = bytesPerSecond;
    return rate == 0 ? available : (int) Math.min(available, Math.clamp(rate / 100, 1024, 65_536));
  }

  /// Waits until the link has sent this many bytes.
  void take(int bytes) throws InterruptedException {
    long rate = bytesPerSecond;
    if (rate == 0) {
      return;
    }
    long until;
    synchronized (this) {
      freeAt = Math.max(freeAt, System.nanoTime() - BURST_NANOS);
      freeAt += bytes * TimeUnit.SECONDS.toNanos(1) / rate;
      until = freeAt;
    }
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
