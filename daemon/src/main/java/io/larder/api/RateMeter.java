package io.larder.api;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Bytes per second over a sliding window. Not thread-safe; told the time, so that it is
/// deterministic.
public final class RateMeter {
  private final long windowNanos;
  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long bytes) {}

  /// @param window how far back it looks; longer is steadier, shorter is quicker
  public RateMeter(Duration window) {
    this.windowNanos = window.toNanos();
  }

  /// @param nanos on the monotonic clock, not before the last sample
  /// @param bytes moved so far
  public void sample(long nanos, long bytes) {
    samples.addLast(new Sample(nanos, bytes));
    // The newest sample outside the window stays: it is the window's left edge.
    while (samples.size() > 2 && nanos - second().nanos >= windowNanos) {
      samples.removeFirst();
    }
  }

  private Sample second() {
    var iterator = samples.iterator();
    iterator.next();
    return iterator.next();
  }

  /// Zero until two samples are apart in time.
  public long bytesPerSecond() {
    if (samples.size() < 2) {
      return 0;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    long nanos = last.nanos - first.nanos;
    return nanos <= 0 ? 0 : Math.max(0, Math.round((last.bytes - first.bytes) * 1e9 / nanos));
  }

  /// The time that some bytes take at this rate; empty while nothing moves.
  public Optional<Duration> timeFor(long bytes) {
    long rate = bytesPerSecond();
    return rate == 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.round(bytes * 1e3 / rate)));
  }
}
