package io.larder.concurrent;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Virtual threads that end with the block that started them. Open it in a try-with-resources,
/// fork, join: closing interrupts what still runs and waits for it. The owner joins and closes; any
/// thread may fork.
public final class Scope implements AutoCloseable {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private volatile boolean closed;

  private Scope(String name) {
    this.name = name;
  }

  /// @param name of the threads, for thread dumps
  public static Scope open(String name) {
    return new Scope(name);
  }

  /// Starts a task. Its failure also fails [#join].
  public <T> Future<T> fork(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    result.complete(task.call());
                  } catch (Throwable e) {
                    result.completeExceptionally(e);
                    failure.completeExceptionally(e);
                  } finally {
                    threads.remove(Thread.currentThread());
                  }
                });
    threads.add(thread);
    if (closed) {
      threads.remove(thread);
      throw new IllegalStateException("scope " + name + " is closed");
    }
    thread.start();
    return result;
  }

  /// Waits until all tasks are done or one has failed.
  ///
  /// @throws LarderException the task's own, or INTERNAL around it, or UNAVAILABLE when the
  ///   deadline passes
  /// @throws InterruptedException when the owner is interrupted
  public void join(Deadline deadline) throws InterruptedException {
    while (!threads.isEmpty() && !failure.isDone()) {
      deadline.check(name);
      try {
        failure.get(Math.min(20, deadline.left().toMillis() + 1), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        // Looked at by the loop and below.
      }
    }
    if (failure.isDone()) {
      get(failure);
    }
  }

  /// The result of a finished or running task, with failures unwrapped.
  public static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case LarderException known -> throw known;
        case InterruptedException interrupted -> throw interrupted;
        case Error error -> throw error;
        case null, default ->
            throw new LarderException(
                ErrorKind.INTERNAL, "unexpected: " + e.getCause(), e.getCause());
      }
    }
  }

  /// Interrupts what still runs and waits for it. Idempotent.
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    Deadline patience = Deadline.after(CLOSE_PATIENCE);
    for (Thread thread : threads) {
      while (thread.isAlive() && !patience.passed()) {
        try {
          thread.join(patience.left());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
