package io.larder.swarm;

import java.util.concurrent.TimeUnit;

/// A limit in bytes per second over everything that takes from it: a token bucket, kept as the
/// moment at which the bucket is level again (the *virtual scheduling* form of the [generic cell
/// rate algorithm](https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm)).
///
/// Whoever takes goes into debt and then waits it off, so takers are served in the order in which
/// they came, and streams that take equal portions get equal shares. Thread-safe.
public final class RateLimit {
  private static final long SMALLEST_PORTION = 4 << 10;
  private static final long LARGEST_PORTION = 1 << 20;
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long bytesPerSecond;
  private final long burstNanos;
  private boolean started;
  private long levelNanos;

  /// @param bytesPerSecond 0 for no limit
  /// @throws IllegalArgumentException when it is negative
  public RateLimit(long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException("a rate cannot be " + bytesPerSecond + " bytes/s");
    }
    this.bytesPerSecond = bytesPerSecond;
    // An eighth of a second may pass at once: enough to keep a link busy between two wake-ups.
    this.burstNanos = NANOS / 8;
  }

  /// No limit.
  public static RateLimit none() {
    return new RateLimit(0);
  }

  public boolean unlimited() {
    return bytesPerSecond == 0;
  }

  /// How much to take at a time, so that many streams under a low limit each move every second or
  /// so and none looks stalled: 4 KiB to 1 MiB.
  public int portion() {
    return unlimited()
        ? (int) LARGEST_PORTION
        : (int) Math.clamp(bytesPerSecond / 32, SMALLEST_PORTION, LARGEST_PORTION);
  }

  /// Takes bytes now, whatever the level.
  ///
  /// @param bytes not negative
  /// @param nowNanos on a monotonic clock
  /// @return nanoseconds to wait before using them, 0 when they fit
  public synchronized long reserve(long bytes, long nowNanos) {
    if (unlimited()) {
      return 0;
    }
    if (!started || levelNanos - nowNanos < 0) {
      started = true;
      levelNanos = nowNanos;
    }
    levelNanos += Math.round((double) bytes * NANOS / bytesPerSecond);
    return Math.max(0, levelNanos - nowNanos - burstNanos);
  }

  /// Takes bytes and waits until they may be used.
  ///
  /// @throws InterruptedException when interrupted while waiting; the bytes count as used
  public void take(long bytes) throws InterruptedException {
    long wait = reserve(bytes, System.nanoTime());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }
}
