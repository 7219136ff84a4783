package io.larder.concurrent;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Lets callers that want the same thing at the same time share one computation. The computation
/// runs in a thread of its own; it is interrupted when the last caller that waits for it gives up.
/// Thread-safe.
///
/// @param <K> what is wanted
/// @param <V> what comes of it
public final class SingleFlight<K, V> implements AutoCloseable {
  private final String name;
  private final Map<K, Flight> flights = new HashMap<>();
  private boolean closed;

  /// @param name of the threads
  public SingleFlight(String name) {
    this.name = name;
  }

  /// Waits for the computation under way for `key`, or starts `task`.
  ///
  /// @throws LarderException the task's, or UNAVAILABLE when the deadline passes for this caller
  /// @throws InterruptedException when the caller is interrupted; others go on
  public V fly(K key, Callable<V> task, Deadline deadline) throws InterruptedException {
    Flight flight;
    synchronized (flights) {
      if (closed) {
        throw new LarderException(ErrorKind.UNAVAILABLE, "the node is shutting down");
      }
      flight = flights.computeIfAbsent(key, k -> new Flight(k, task));
      flight.waiting++;
    }
    try {
      return flight.result.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new LarderException(ErrorKind.UNAVAILABLE, key + " was not done in time", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case LarderException known -> throw known;
        case InterruptedException stopped ->
            throw new LarderException(ErrorKind.UNAVAILABLE, key + " was stopped", stopped);
        case null, default ->
            throw new LarderException(ErrorKind.INTERNAL, key + ": " + e.getCause(), e.getCause());
      }
    } finally {
      flight.leave();
    }
  }

  /// Whether something is under way for `key`.
  public boolean flying(K key) {
    synchronized (flights) {
      return flights.containsKey(key);
    }
  }

  /// How many callers wait for `key`.
  public int waiting(K key) {
    synchronized (flights) {
      Flight flight = flights.get(key);
      return flight == null ? 0 : flight.waiting;
    }
  }

  /// Interrupts everything under way and waits for it; refuses what comes later.
  @Override
  public void close() {
    Map<K, Flight> open;
    synchronized (flights) {
      closed = true;
      open = Map.copyOf(flights);
    }
    open.values().forEach(flight -> flight.thread.interrupt());
    for (Flight flight : open.values()) {
      try {
        flight.thread.join(java.time.Duration.ofSeconds(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private final class Flight {
    final K key;
    final CompletableFuture<V> result = new CompletableFuture<>();
    final Thread thread;
    int waiting;

    Flight(K key, Callable<V> task) {
      this.key = key;
      this.thread =
          Thread.ofVirtual()
              .name(name)
              .start(
                  () -> {
                    try {
                      V value = task.call();
                      land();
                      result.complete(value);
                    } catch (Throwable e) {
                      land();
                      result.completeExceptionally(e);
                    }
                  });
    }

    private void land() {
      synchronized (flights) {
        flights.remove(key, this);
      }
    }

    void leave() {
      synchronized (flights) {
        waiting--;
        if (waiting == 0 && !result.isDone()) {
          // A caller that comes now starts anew instead of joining what is being stopped.
          flights.remove(key, this);
          thread.interrupt();
        }
      }
    }
  }
}
