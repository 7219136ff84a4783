package io.larder.concurrent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns a request to end this process (SIGINT, SIGTERM) into an interrupt of one thread, and gives
/// that thread time to leave everything in order. Whoever asked for it closes it when the thread is
/// done.
public final class Shutdown implements AutoCloseable {
  private final Thread thread;
  private final Duration patience;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = Thread.ofPlatform().name("shutdown").unstarted(this::interrupt);

  private Shutdown(Thread thread, Duration patience) {
    this.thread = thread;
    this.patience = patience;
  }

  /// @param patience how long the process may live on to wait for the thread
  public static Shutdown interrupting(Thread thread, Duration patience) {
    Shutdown shutdown = new Shutdown(thread, patience);
    Runtime.getRuntime().addShutdownHook(shutdown.hook);
    return shutdown;
  }

  private void interrupt() {
    thread.interrupt();
    try {
      var ignored = done.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts a hook; ending at once would be right.
    }
  }

  /// Lets a process that ends go on ending. Idempotent.
  @Override
  public void close() {
    done.countDown();
    try {
      var ignored = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running: the process ends.
    }
  }
}
