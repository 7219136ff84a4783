package io.larder.concurrent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a task again and again with a pause between runs, until closed. A run that throws is logged
/// and the next one comes all the same.
public final class Ticker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ticker.class);

  private final Thread thread;

  private Ticker(Thread thread) {
    this.thread = thread;
  }

  /// @param pause between the end of one run and the start of the next; the first run starts at
  ///   once
  public static Ticker start(String name, Duration pause, Runnable task) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    try {
                      task.run();
                    } catch (RuntimeException e) {
                      log.warn("{} failed; it runs again in {}", name, pause, e);
                    }
                    try {
                      Thread.sleep(pause);
                    } catch (InterruptedException e) {
                      return;
                    }
                  }
                });
    return new Ticker(thread);
  }

  /// Interrupts a run under way and waits for its end.
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
