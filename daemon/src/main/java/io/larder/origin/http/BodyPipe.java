package io.larder.origin.http;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Hands the client's own buffers to a reading thread, which can so wait with a bound and be
/// interrupted, neither of which the client's input stream offers. One reader; it closes.
final class BodyPipe implements HttpResponse.BodySubscriber<BodyPipe>, AutoCloseable {
  /// Deliveries on their way, of up to 16 KiB each: enough to keep the network busy.
  private static final int AHEAD = 32;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Queue<ByteBuffer> ready = new ArrayDeque<>();
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private @Nullable Event last;

  private sealed interface Event {
    record Bytes(List<ByteBuffer> buffers) implements Event {}

    record End() implements Event {}

    record Broken(Throwable cause) implements Event {}
  }

  /// Reads at least one byte, or finds the end.
  ///
  /// @return bytes read, -1 at the end, 0 when nothing has come for so long
  /// @throws IOException when the connection has broken
  int read(ByteBuffer target, Duration longest) throws IOException, InterruptedException {
    while (ready.isEmpty()) {
      Event event = last != null ? last : events.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
      switch (event) {
        case null -> {
          return 0;
        }
        case Event.Bytes(List<ByteBuffer> buffers) -> {
          buffers.stream().filter(ByteBuffer::hasRemaining).forEach(ready::add);
          ask(1);
        }
        case Event.End _ -> {
          last = event;
          return -1;
        }
        case Event.Broken(Throwable cause) -> {
          last = event;
          throw new IOException(cause.getMessage(), cause);
        }
      }
    }
    int length = 0;
    for (ByteBuffer next = ready.peek();
        next != null && target.hasRemaining();
        next = ready.peek()) {
      int part = Math.min(next.remaining(), target.remaining());
      target.put(target.position(), next, next.position(), part);
      target.position(target.position() + part);
      next.position(next.position() + part);
      length += part;
      if (!next.hasRemaining()) {
        ready.remove();
      }
    }
    return length;
  }

  private synchronized void ask(long deliveries) {
    if (subscription != null) {
      subscription.request(deliveries);
    }
  }

  @Override
  public CompletionStage<BodyPipe> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription offered) {
    if (closed) {
      offered.cancel();
    } else {
      subscription = offered;
      offered.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Event.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    events.add(new Event.Broken(cause));
  }

  @Override
  public void onComplete() {
    events.add(new Event.End());
  }

  /// Cuts the connection when not all has come.
  @Override
  public synchronized void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
