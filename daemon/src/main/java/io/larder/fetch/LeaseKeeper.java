package io.larder.fetch;

import io.larder.concurrent.Deadline;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.lease.Lease;
import io.larder.lease.LeaseOutcome;
import io.larder.lease.LeaseRequest;
import io.larder.lease.Leases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The leases of one request: asks for them, renews those that make progress, records what was
/// fetched in batches, and goes on without them when the group cannot be reached. Thread-safe.
final class LeaseKeeper {
  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final int MOST_EXTENTS = 64;
  private static final Duration UNCOORDINATED_FOR = Duration.ofSeconds(2);

  /// How long a request that was coordinated waits for the group to find a new leader. Peers go on
  /// swapping what they have meanwhile; going ahead at once would fetch the rest once for each
  /// node.
  private static final Duration CHANGE_OF_LEADER = Duration.ofSeconds(10);

  private static final Duration ASK_AGAIN = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);

  private final Leases leases;
  private final FetchBoard board;
  private final FetchOptions options;
  private final FetchMeter meter;
  private final FetchProgress progress;

  private final Set<Lease> held = new HashSet<>();
  private final Set<Lease> moved = new HashSet<>();
  private final BlockingQueue<Fetched> fetched = new LinkedBlockingQueue<>();
  private int unrecorded;
  private boolean coordinatedOnce;
  private boolean uncoordinated;
  private Optional<Deadline> changeOfLeader = Optional.empty();
  private long askAgainAt = System.nanoTime();
  private long coordinateAgainAt = System.nanoTime();

  private record Fetched(Lease lease, List<Digest> digests) {}

  LeaseKeeper(
      Leases leases,
      FetchBoard board,
      FetchOptions options,
      FetchMeter meter,
      FetchProgress progress) {
    this.leases = leases;
    this.board = board;
    this.options = options;
    this.meter = meter;
    this.progress = progress;
    if (leases.health().coordinated()) {
      answered();
    }
  }

  /// Leases for the caller to work on; empty when there is nothing for it now.
  List<Lease> next() throws InterruptedException {
    List<LeaseRequest.Want> wants;
    synchronized (this) {
      long now = System.nanoTime();
      if (uncoordinated) {
        if (now - coordinateAgainAt < 0) {
          return board.unleasedExtents(1);
        }
        // One worker finds out whether the group is back while the others go on.
        coordinateAgainAt = now + UNCOORDINATED_FOR.toNanos();
      }
      if (now - askAgainAt < 0) {
        return List.of();
      }
      wants = board.wants();
    }
    if (wants.isEmpty()) {
      return List.of();
    }
    for (FetchBoard.Lost lost : board.lost()) {
      leases.reopen(lost.blob(), lost.extents(), lost.version());
    }
    LeaseOutcome outcome =
        leases.acquire(new LeaseRequest(wants, MOST_EXTENTS, ChunkPlan.CHUNK_SIZE));
    return switch (outcome) {
      case LeaseOutcome.Granted(List<Lease> granted) -> {
        board.leased(granted);
        synchronized (this) {
          answered();
          held.addAll(granted);
          moved.addAll(granted);
        }
        yield granted;
      }
      case LeaseOutcome.HeldByOthers(Duration retryAfter) -> {
        Duration wait = retryAfter.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : retryAfter;
        wait = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
        synchronized (this) {
          answered();
          askAgainAt = System.nanoTime() + wait.toNanos();
        }
        yield List.of();
      }
      case LeaseOutcome.Unavailable(String reason) -> {
        synchronized (this) {
          if (mayBeAChangeOfLeader()) {
            askAgainAt = System.nanoTime() + ASK_AGAIN.toNanos();
            yield List.of();
          }
        }
        if (progress.coordinated()) {
          log.warn(
              "the Raft group cannot be reached ({}); this download goes on uncoordinated", reason);
          progress.uncoordinated();
          meter.uncoordinated();
        }
        synchronized (this) {
          uncoordinated = true;
          coordinateAgainAt = System.nanoTime() + UNCOORDINATED_FOR.toNanos();
        }
        yield board.unleasedExtents(1);
      }
    };
  }

  private synchronized void answered() {
    coordinatedOnce = true;
    uncoordinated = false;
    changeOfLeader = Optional.empty();
  }

  private boolean mayBeAChangeOfLeader() {
    if (!coordinatedOnce || uncoordinated) {
      return false;
    }
    if (changeOfLeader.isEmpty()) {
      changeOfLeader = Optional.of(Deadline.after(CHANGE_OF_LEADER));
    }
    return !changeOfLeader.get().passed();
  }

  /// A lease's download makes progress.
  synchronized void progressed(Lease lease) {
    if (held.contains(lease)) {
      moved.add(lease);
    }
  }

  /// An extent is here: it is recorded soon.
  void fetched(Lease lease, List<Digest> digests) {
    synchronized (this) {
      unrecorded++;
    }
    fetched.add(new Fetched(lease, digests));
  }

  /// A lease that comes to nothing.
  void giveBack(Collection<Lease> unused) throws InterruptedException {
    List<Lease> real = unused.stream().filter(this::forget).toList();
    board.unleased(unused);
    if (!real.isEmpty()) {
      leases.release(real);
    }
  }

  private synchronized boolean forget(Lease lease) {
    moved.remove(lease);
    return held.remove(lease);
  }

  /// Renews what has moved since the last call. Call it every quarter of a lease's time or so.
  void renew() throws InterruptedException {
    List<Lease> due;
    synchronized (this) {
      due = new ArrayList<>(moved);
      moved.clear();
    }
    if (!due.isEmpty()) {
      leases.renew(due);
    }
  }

  /// Records fetched extents until interrupted.
  void record() throws InterruptedException {
    while (true) {
      List<Fetched> batch = new ArrayList<>();
      Fetched first = fetched.poll(1, TimeUnit.SECONDS);
      if (first == null) {
        continue;
      }
      batch.add(first);
      fetched.drainTo(batch, 1023);
      Map<Lease, List<Digest>> done = new HashMap<>();
      for (Fetched next : batch) {
        // A made-up lease has no token; what it fetched is offered again under a real one when the
        // group is
        // back, because the table does not list it as complete.
        if (next.lease().token() != 0) {
          done.put(next.lease(), next.digests());
        }
      }
      if (!done.isEmpty()) {
        List<Lease> accepted = leases.complete(done);
        if (accepted.size() < done.size()) {
          log.debug(
              "{} of {} completions were not accepted", done.size() - accepted.size(), done.size());
        }
      }
      List<Lease> over = batch.stream().map(Fetched::lease).toList();
      board.unleased(over);
      synchronized (this) {
        over.forEach(this::forget);
        unrecorded -= batch.size();
        notifyAll();
      }
    }
  }

  /// Waits until all that was fetched is recorded, for so long at the most.
  synchronized void flush(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (unrecorded > 0 && end - System.nanoTime() > 0) {
      wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
    }
  }

  /// How long a worker that got nothing should wait for a change.
  Duration pause() {
    return SHORTEST_WAIT;
  }

  /// Leases that are still held when the request ends without them.
  synchronized List<Lease> left() {
    return List.copyOf(held);
  }
}
