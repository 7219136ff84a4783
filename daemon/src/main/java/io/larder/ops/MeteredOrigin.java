package io.larder.ops;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.LarderException;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import io.micrometer.core.instrument.Counter;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;

/// An origin whose requests and bytes are counted, under the first of its schemes in the order of
/// the alphabet. Thread-safe when the origin is.
public final class MeteredOrigin implements Origin {
  private final Origin origin;
  private final Metrics metrics;
  private final String scheme;
  private final Counter bytes;

  public MeteredOrigin(Origin origin, Metrics metrics) {
    this.origin = origin;
    this.metrics = metrics;
    this.scheme = origin.schemes().stream().sorted().findFirst().orElse("none");
    this.bytes = metrics.originBytes(scheme);
  }

  @Override
  public Set<String> schemes() {
    return origin.schemes();
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return counted("resolve", () -> origin.resolve(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return counted("manifest", () -> origin.manifest(revision, deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    OriginStream stream = counted("open", () -> origin.open(file, range, deadline));
    return new OriginStream() {
      @Override
      public int read(ByteBuffer target) throws InterruptedException {
        int read = stream.read(target);
        if (read > 0) {
          bytes.increment(read);
        }
        return read;
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  private <T> T counted(String operation, Request<T> request) throws InterruptedException {
    String outcome = "interrupted";
    try {
      T result = request.make();
      outcome = "ok";
      return result;
    } catch (LarderException e) {
      outcome = e.kind().name().toLowerCase(Locale.ROOT);
      throw e;
    } catch (RuntimeException e) {
      outcome = "internal";
      throw e;
    } finally {
      metrics.originRequest(scheme, operation, outcome);
    }
  }

  private interface Request<T> {
    T make() throws InterruptedException;
  }
}
