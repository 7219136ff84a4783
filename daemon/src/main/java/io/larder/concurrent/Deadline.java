package io.larder.concurrent;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.time.Duration;

/// A moment on the monotonic clock by which something must be done. Immutable.
public final class Deadline {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final long nanos;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  public static Deadline after(Duration duration) {
    Duration bounded = duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  /// What is left; zero when it has passed.
  public Duration left() {
    return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
  }

  public boolean passed() {
    return nanos - System.nanoTime() <= 0;
  }

  /// The earlier of this and `duration` from now.
  public Deadline atMost(Duration duration) {
    Deadline other = after(duration);
    return other.nanos - nanos < 0 ? other : this;
  }

  /// @param what is being waited for, for the message
  /// @throws LarderException UNAVAILABLE when the deadline has passed
  public void check(String what) {
    if (passed()) {
      throw new LarderException(ErrorKind.UNAVAILABLE, what + " was not done in time");
    }
  }
}
