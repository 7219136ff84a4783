package io.larder.concurrent;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// How many may do something at once. Thread-safe.
public final class Limit {
  private final String what;
  private final Semaphore permits;

  /// @param what is limited, for the message
  /// @param most at once, at least 1
  public Limit(String what, int most) {
    if (most < 1) {
      throw new IllegalArgumentException(what + ": a limit of " + most + " lets nothing through");
    }
    this.what = what;
    this.permits = new Semaphore(most, true);
  }

  /// Waits for a place. Close the permit to give it back.
  ///
  /// @throws LarderException UNAVAILABLE when the deadline passes first
  public Permit acquire(Deadline deadline) throws InterruptedException {
    if (!permits.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
      throw new LarderException(ErrorKind.UNAVAILABLE, what + ": no place became free in time");
    }
    return new Permit(permits);
  }

  /// A place that is held until closed. Closing twice gives it back once.
  public static final class Permit implements AutoCloseable {
    private final Semaphore permits;
    private final AtomicBoolean held = new AtomicBoolean(true);

    private Permit(Semaphore permits) {
      this.permits = permits;
    }

    @Override
    public void close() {
      if (held.compareAndSet(true, false)) {
        permits.release();
      }
    }
  }
}
