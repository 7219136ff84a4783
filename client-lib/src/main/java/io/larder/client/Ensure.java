package io.larder.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A request under way. Thread-safe. Whoever asked for it closes it; closing one that is done does
 * nothing, closing one that is not cancels it.
 */
public final class Ensure implements AutoCloseable {
  private final EnsureRequest request;
  private final CompletableFuture<Artifact> result = new CompletableFuture<>();
  private final List<Consumer<Progress>> listeners = new CopyOnWriteArrayList<>();
  private volatile Progress latest = Progress.start();
  private volatile Runnable stop = () -> {};

  Ensure(EnsureRequest request) {
    this.request = request;
  }

  /** What was asked for. */
  public EnsureRequest request() {
    return request;
  }

  /** The latest progress. Never waits. */
  public Progress progress() {
    return latest;
  }

  /**
   * Calls a listener for each progress from now on, about five times a second and when the phase
   * changes, one call at a time, on a thread of the client: it must not wait. What it throws fails
   * the request.
   *
   * @return this
   */
  public Ensure onProgress(Consumer<Progress> listener) {
    listeners.add(listener);
    return this;
  }

  /** Whether the result or the failure is there. */
  public boolean isDone() {
    return result.isDone();
  }

  /**
   * Waits for the result.
   *
   * @throws LarderClientException when it failed; UNAVAILABLE when the request's timeout passed
   * @throws CancellationException when it was cancelled
   * @throws InterruptedException when this thread was interrupted; the request goes on
   */
  public Artifact await() throws InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /**
   * Waits for the result for a while.
   *
   * @throws LarderClientException as {@link #await()}; UNAVAILABLE also when the time is over, and
   *     then the request goes on
   * @throws CancellationException when it was cancelled
   * @throws InterruptedException when this thread was interrupted; the request goes on
   */
  public Artifact await(Duration most) throws InterruptedException {
    try {
      return result.get(Math.max(0, most.toNanos()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (TimeoutException e) {
      throw new LarderClientException(
          LarderClientException.Kind.UNAVAILABLE,
          request.source() + " is not here yet after " + most + "; it goes on, wait again",
          e);
    }
  }

  /**
   * The result as a future of its own: completing or cancelling it does not touch this request. It
   * fails with {@link LarderClientException}.
   */
  public CompletableFuture<Artifact> toCompletableFuture() {
    return result.copy();
  }

  /**
   * Stops waiting. The daemon stops the download when nobody else waits for it; what has arrived
   * stays.
   */
  public void cancel() {
    if (result.cancel(false)) {
      stop.run();
    }
  }

  @Override
  public void close() {
    cancel();
  }

  /** Sets what cancels the call; runs it at once when that was already asked for. */
  void stopWith(Runnable call) {
    stop = call;
    if (result.isCancelled()) {
      call.run();
    }
  }

  void progressed(Progress progress) {
    latest = progress;
    listeners.forEach(listener -> listener.accept(progress));
  }

  void done(Artifact artifact) {
    latest = artifact.fetched();
    result.complete(artifact);
  }

  void failed(LarderClientException failure) {
    result.completeExceptionally(failure);
  }

  /** A copy with the caller's stack, so that the trace shows who waited. */
  private static LarderClientException failure(ExecutionException e) {
    if (e.getCause() instanceof LarderClientException known) {
      return new LarderClientException(known.kind(), known.getMessage(), known);
    }
    return new LarderClientException(
        LarderClientException.Kind.INTERNAL, "unexpected: " + e.getCause(), e.getCause());
  }
}
