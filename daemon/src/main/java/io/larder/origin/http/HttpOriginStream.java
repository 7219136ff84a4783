package io.larder.origin.http;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The body of an answer, of a length known beforehand.
final class HttpOriginStream implements OriginStream {
  private final String location;
  private final BodyPipe body;
  private final long length;
  private final Duration stallTime;
  private long done;

  HttpOriginStream(String location, BodyPipe body, long length, Duration stallTime) {
    this.location = location;
    this.body = body;
    this.length = length;
    this.stallTime = stallTime;
  }

  @Override
  public int read(ByteBuffer target) throws InterruptedException {
    if (done == length) {
      return -1;
    }
    int limit = target.limit();
    target.limit((int) Math.min(limit, target.position() + Math.min(length - done, 1 << 30)));
    try {
      int got = body.read(target, stallTime);
      if (got == 0) {
        throw broken("sent nothing for " + stallTime.toMillis() + " ms", null);
      }
      if (got < 0) {
        throw broken("ended early", null);
      }
      done += got;
      return got;
    } catch (IOException e) {
      throw broken("broke", e);
    } catch (InterruptedException e) {
      close();
      throw e;
    } finally {
      target.limit(limit);
    }
  }

  private LarderException broken(String how, @Nullable IOException cause) {
    close();
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        location + ": the download " + how + " after " + done + " of " + length + " bytes",
        cause);
  }

  @Override
  public void close() {
    body.close();
  }
}
