package io.larder.concurrent;

import java.util.concurrent.TimeUnit;

/// A limit in bytes per second, shared by all who hold it, in the order they come. Thread-safe.
///
/// Virtual scheduling as in the generic cell rate algorithm (ITU-T I.371): each taker is told when
/// its bytes are paid for, counting from when those before it are. What was not used is kept for a
/// tenth of a second at the most.
public final class Throttle {
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double NANOS_PER_SECOND = 1e9;

  private final long bytesPerSecond;
  private long paidUntil = System.nanoTime() - BURST_NANOS;

  private Throttle(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /// @param bytesPerSecond 0 for no limit
  public static Throttle of(long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException("not a rate: " + bytesPerSecond + " bytes per second");
    }
    return new Throttle(bytesPerSecond);
  }

  /// Waits until so many bytes may pass; call it before or after they do, but always so.
  public void take(long bytes) throws InterruptedException {
    if (bytesPerSecond == 0) {
      return;
    }
    long wait = reserve(bytes, System.nanoTime());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  /// Nanoseconds to wait.
  private synchronized long reserve(long bytes, long now) {
    if (paidUntil - (now - BURST_NANOS) < 0) {
      paidUntil = now - BURST_NANOS;
    }
    paidUntil += (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
    return paidUntil - now;
  }
}
