package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.LarderException;
import java.nio.ByteBuffer;
import java.util.Set;

/// Counts what goes to an origin and comes from it. Inside of [RetryingOrigin] it counts every
/// attempt. As thread-safe as what it wraps.
public final class MeteredOrigin implements Origin {
  private final Origin origin;
  private final OriginMeter meter;

  public MeteredOrigin(Origin origin, OriginMeter meter) {
    this.origin = origin;
    this.meter = meter;
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
    meter.requested(source.scheme());
    return counted(source.scheme(), () -> origin.resolve(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    String scheme = revision.source().scheme();
    meter.requested(scheme);
    return counted(scheme, () -> origin.manifest(revision, deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    String location = file.origin().location();
    String scheme = location.substring(0, Math.max(0, location.indexOf(':')));
    meter.requested(scheme);
    OriginStream stream = counted(scheme, () -> origin.open(file, range, deadline));
    return new OriginStream() {
      @Override
      public int read(ByteBuffer target) throws InterruptedException {
        int length = counted(scheme, () -> stream.read(target));
        if (length > 0) {
          meter.received(scheme, length);
        }
        return length;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  private <T> T counted(String scheme, Call<T> call) throws InterruptedException {
    try {
      return call.run();
    } catch (LarderException e) {
      meter.failed(scheme, e.kind());
      throw e;
    }
  }
}
