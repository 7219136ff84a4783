package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Throttle;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.nio.ByteBuffer;
import java.util.Set;

/// Hands bytes on no faster than a throttle lets them, which may be shared with other downloads.
/// Belongs outside of [RetryingOrigin], to which a stream that waits here would look slow. As
/// thread-safe as what it wraps.
public final class ThrottledOrigin implements Origin {
  /// With one read at most, so that streams that share a low rate take turns.
  private static final int TURN = 256 << 10;

  private final Origin origin;
  private final Throttle throttle;

  public ThrottledOrigin(Origin origin, Throttle throttle) {
    this.origin = origin;
    this.throttle = throttle;
  }

  @Override
  public Set<String> schemes() {
    return origin.schemes();
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return origin.resolve(source, deadline);
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return origin.manifest(revision, deadline);
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    OriginStream stream = origin.open(file, range, deadline);
    return new OriginStream() {
      @Override
      public int read(ByteBuffer target) throws InterruptedException {
        int limit = target.limit();
        target.limit(Math.min(limit, target.position() + TURN));
        try {
          int length = stream.read(target);
          if (length > 0) {
            throttle.take(length);
          }
          return length;
        } finally {
          target.limit(limit);
        }
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }
}
