package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks again what failed with UNAVAILABLE, and resumes a broken or slow stream at the byte it had
/// reached, under the same pin. Pauses grow exponentially with full jitter (Brooker, "Exponential
/// Backoff And Jitter", 2015); a pause that the origin asked for comes on top. Bounded by attempts
/// and by the deadline. As thread-safe as what it wraps.
public final class RetryingOrigin implements Origin {
  /// Bytes after which a stream's failures are forgotten: a long download over a poor line may
  /// break often, as long as it moves.
  public static final long PROGRESS = 1 << 20;

  private static final Logger log = LoggerFactory.getLogger(RetryingOrigin.class);

  private final Origin origin;
  private final RetryOptions options;
  private final Sleeper sleeper;
  private final RandomGenerator random;

  public RetryingOrigin(Origin origin, RetryOptions options) {
    this(origin, options, Thread::sleep, RandomGenerator.getDefault());
  }

  RetryingOrigin(Origin origin, RetryOptions options, Sleeper sleeper, RandomGenerator random) {
    this.origin = origin;
    this.options = options;
    this.sleeper = sleeper;
    this.random = random;
  }

  /// Waits.
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws InterruptedException;
  }

  @Override
  public Set<String> schemes() {
    return origin.schemes();
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return retried(deadline, () -> origin.resolve(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return retried(deadline, () -> origin.manifest(revision, deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    OriginStream first = retried(deadline, () -> origin.open(file, range, deadline));
    return new ResumingStream(this, options, file, range, first);
  }

  private <T> T retried(Deadline deadline, Call<T> call) throws InterruptedException {
    for (int failures = 1; ; failures++) {
      try {
        return call.run();
      } catch (LarderException e) {
        pause(e, failures, deadline);
      }
    }
  }

  /// Opens the rest of a range. What can only be read as a whole is read from its start again.
  OriginStream reopen(FileEntry file, ByteRange range, long done, Deadline deadline)
      throws InterruptedException {
    boolean whole = file.origin().access() == OriginRef.Access.WHOLE;
    return origin.open(
        file,
        whole ? range : new ByteRange(range.offset() + done, range.length() - done),
        deadline);
  }

  /// Waits before the next attempt.
  ///
  /// @param failures so far, this one included
  /// @throws LarderException the failure, when there is to be no next attempt
  void pause(LarderException failure, int failures, Deadline deadline) throws InterruptedException {
    if (failure.kind() != ErrorKind.UNAVAILABLE) {
      throw failure;
    }
    Duration pause = jittered(failures).plus(failure.retryAfter().orElse(Duration.ZERO));
    if (failures >= options.attempts() || pause.compareTo(deadline.left()) >= 0) {
      throw failures == 1 ? failure : givenUp(failure, failures);
    }
    log.info("{}; attempt {} in {} ms", failure.getMessage(), failures + 1, pause.toMillis());
    sleeper.sleep(pause);
  }

  private static LarderException givenUp(LarderException last, int failures) {
    return new LarderException(
        last.kind(),
        last.getMessage() + " (tried " + failures + " times)",
        last,
        last.retryAfter().orElse(null));
  }

  private Duration jittered(int failures) {
    long first = options.firstPause().toNanos();
    long longest = options.longestPause().toNanos();
    long bound =
        Math.min(longest, first << Math.min(failures - 1, Long.numberOfLeadingZeros(first) - 1));
    return Duration.ofNanos(random.nextLong(Math.max(1, bound)));
  }
}
