package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.OriginRef;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The stream of a [RetryingOrigin].
final class ResumingStream implements OriginStream {
  private static final int SKIP = 64 << 10;

  private final RetryingOrigin origin;
  private final RetryOptions options;
  private final FileEntry file;
  private final ByteRange range;
  private @Nullable OriginStream current;
  private long done;
  private int failures;
  private long doneAtFailure;
  private long waited;
  private long doneAtWindow;
  private boolean closed;

  ResumingStream(
      RetryingOrigin origin,
      RetryOptions options,
      FileEntry file,
      ByteRange range,
      OriginStream first) {
    this.origin = origin;
    this.options = options;
    this.file = file;
    this.range = range;
    this.current = first;
  }

  @Override
  public int read(ByteBuffer target) throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("read after close: " + file.origin().location());
    }
    int length = readOrResume(target);
    cutWhenSlow(length);
    return length;
  }

  private int readOrResume(ByteBuffer target) throws InterruptedException {
    Deadline deadline = null;
    int start = target.position();
    while (true) {
      try {
        OriginStream stream = current;
        if (stream == null) {
          stream = resume(deadline == null ? Deadline.after(options.resumeTime()) : deadline);
        }
        return timed(stream, target);
      } catch (LarderException e) {
        target.position(start);
        if (deadline == null) {
          deadline = Deadline.after(options.resumeTime());
        }
        fail(e, deadline);
      }
    }
  }

  private int timed(OriginStream stream, ByteBuffer target) throws InterruptedException {
    long start = System.nanoTime();
    int length = stream.read(target);
    waited += System.nanoTime() - start;
    done += Math.max(0, length);
    return length;
  }

  private OriginStream resume(Deadline deadline) throws InterruptedException {
    OriginStream stream = origin.reopen(file, range, done, deadline);
    current = stream;
    waited = 0;
    doneAtWindow = done;
    if (file.origin().access() == OriginRef.Access.WHOLE) {
      skip(stream, done);
    }
    return stream;
  }

  private static void skip(OriginStream stream, long bytes) throws InterruptedException {
    ByteBuffer sink = ByteBuffer.allocate(SKIP);
    for (long left = bytes; left > 0; ) {
      sink.clear().limit((int) Math.min(left, SKIP));
      int length = stream.read(sink);
      if (length < 0) {
        throw new LarderException(
            ErrorKind.UNAVAILABLE, "a stream that was started again ended before the byte reached");
      }
      left -= length;
    }
  }

  /// Only waiting for the origin counts, not what the reader does between reads. What has come is
  /// handed on; the next read resumes.
  private void cutWhenSlow(int length) throws InterruptedException {
    if (length < 0 || waited < options.slowTime().toNanos()) {
      return;
    }
    double rate = (done - doneAtWindow) * 1e9 / waited;
    waited = 0;
    doneAtWindow = done;
    if (rate < options.slowest() && done < range.length()) {
      fail(
          new LarderException(
              ErrorKind.UNAVAILABLE,
              "%s: only %.0f bytes per second came for %d s"
                  .formatted(file.origin().location(), rate, options.slowTime().toSeconds())),
          Deadline.after(options.resumeTime()));
    }
  }

  /// Cuts the stream and waits until it may be resumed.
  private void fail(LarderException failure, Deadline deadline) throws InterruptedException {
    cut();
    failures = done - doneAtFailure >= RetryingOrigin.PROGRESS ? 1 : failures + 1;
    doneAtFailure = done;
    origin.pause(failure, failures, deadline);
  }

  @Override
  public void close() {
    closed = true;
    cut();
  }

  private void cut() {
    OriginStream stream = current;
    current = null;
    if (stream != null) {
      stream.close();
    }
  }
}
