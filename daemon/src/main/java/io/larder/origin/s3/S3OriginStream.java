package io.larder.origin.s3;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// The body of an answer. A heap buffer is read into directly, another one through a copy.
final class S3OriginStream implements OriginStream {
  private static final int COPY = 64 << 10;

  private final String location;
  private final ResponseInputStream<GetObjectResponse> body;
  private final long length;
  private long done;
  private byte @Nullable [] copy;
  private boolean closed;

  S3OriginStream(String location, ResponseInputStream<GetObjectResponse> body, long length) {
    this.location = location;
    this.body = body;
    this.length = length;
  }

  @Override
  public int read(ByteBuffer target) throws InterruptedException {
    if (done == length) {
      return -1;
    }
    if (Thread.interrupted()) {
      close();
      throw new InterruptedException("reading " + location);
    }
    try {
      int got = fill(target, (int) Math.min(length - done, target.remaining()));
      if (got < 0) {
        throw broken("ended early", null);
      }
      done += got;
      return got;
    } catch (IOException | SdkException e) {
      close();
      S3Failures.rethrowInterrupt("reading " + location, e);
      throw broken("broke (" + e.getMessage() + ")", e);
    }
  }

  private int fill(ByteBuffer target, int most) throws IOException {
    if (target.hasArray()) {
      int got = body.read(target.array(), target.arrayOffset() + target.position(), most);
      target.position(target.position() + Math.max(0, got));
      return got;
    }
    if (copy == null) {
      copy = new byte[COPY];
    }
    int got = body.read(copy, 0, Math.min(most, copy.length));
    target.put(copy, 0, Math.max(0, got));
    return got;
  }

  private LarderException broken(String how, @Nullable Exception cause) {
    close();
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        location + ": the download " + how + " after " + done + " of " + length + " bytes",
        cause);
  }

  /// Keeps the connection for others when all has been read, and cuts it otherwise: reading the
  /// rest away could take for ever.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (done == length) {
        body.close();
      } else {
        body.abort();
      }
    } catch (IOException | SdkException e) {
      body.abort();
    }
  }
}
