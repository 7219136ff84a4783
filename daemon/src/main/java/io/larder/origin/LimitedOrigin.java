package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Limit;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.nio.ByteBuffer;
import java.util.Set;

/// Has at most so many streams open at a time; others wait in the order they come, each as long as
/// its deadline. Listing is not limited. As thread-safe as what it wraps.
public final class LimitedOrigin implements Origin {
  private final Origin origin;
  private final Limit streams;

  /// @param streams at most at a time, at least 1
  public LimitedOrigin(Origin origin, int streams) {
    this.origin = origin;
    this.streams = new Limit("downloads from " + origin.schemes(), streams);
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
    Limit.Permit permit = streams.acquire(deadline);
    OriginStream stream;
    try {
      stream = origin.open(file, range, deadline);
    } catch (Throwable e) {
      permit.close();
      throw e;
    }
    return new OriginStream() {
      @Override
      public int read(ByteBuffer target) throws InterruptedException {
        return stream.read(target);
      }

      @Override
      public void close() {
        try (permit) {
          stream.close();
        }
      }
    };
  }
}
