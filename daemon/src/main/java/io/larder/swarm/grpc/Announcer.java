package io.larder.swarm.grpc;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.error.LarderException;
import io.larder.swarm.NodeInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps trackers told what this node holds or wants: the differences to what each was told before,
/// and everything when it is another tracker than before, or one that has forgotten. [#call] runs
/// until interrupted; the rest is thread-safe.
final class Announcer implements Callable<Void>, HeartbeatMembership.Listener {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);
  private static final Duration COALESCE = Duration.ofMillis(5);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Supplier<List<NodeInfo>> trackers;
  private final TrackerClient client;
  private final Semaphore wake = new Semaphore(0);
  private final Set<BlobId> held = new HashSet<>();
  private final Map<NodeId, Told> told = new HashMap<>();

  private static final class Told {
    /// 0 until it has answered.
    long epoch;

    /// Blobs changed since the last call, with whether they are held now.
    final Map<BlobId, Boolean> changes = new LinkedHashMap<>();

    boolean anything;
  }

  /// @param trackers who is to be told, at any moment
  Announcer(Supplier<List<NodeInfo>> trackers, TrackerClient client) {
    this.trackers = trackers;
    this.client = client;
  }

  void add(Collection<BlobId> blobs) {
    change(blobs, true);
  }

  void remove(Collection<BlobId> blobs) {
    change(blobs, false);
  }

  private synchronized void change(Collection<BlobId> blobs, boolean present) {
    for (BlobId blob : blobs) {
      boolean changed = present ? held.add(blob) : held.remove(blob);
      if (changed) {
        told.values().forEach(tracker -> tracker.changes.put(blob, present));
      }
    }
    wake.release();
  }

  @Override
  public synchronized void answered(NodeId peer, long trackerEpoch, boolean tracksUs) {
    Told tracker = told.get(peer);
    if (tracker != null
        && tracker.anything
        && (!tracksUs || tracker.epoch != 0 && tracker.epoch != trackerEpoch)) {
      told.put(peer, toldNothing());
      wake.release();
    }
  }

  private Told toldNothing() {
    Told nothing = new Told();
    held.forEach(blob -> nothing.changes.put(blob, true));
    return nothing;
  }

  @Override
  public Void call() throws InterruptedException {
    while (true) {
      List<NodeInfo> now = trackers.get();
      synchronized (this) {
        told.keySet().retainAll(now.stream().map(NodeInfo::id).toList());
      }
      for (NodeInfo tracker : now) {
        try {
          tell(tracker);
        } catch (LarderException e) {
          log.debug("tracker {} was not told: {}", tracker.id(), e.getMessage());
        } catch (RuntimeException e) {
          log.warn("tracker {} was not told; tried again", tracker.id(), e);
        }
      }
      if (wake.tryAcquire(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        Thread.sleep(COALESCE);
        wake.drainPermits();
      }
    }
  }

  private void tell(NodeInfo tracker) throws InterruptedException {
    Told now;
    Map<BlobId, Boolean> changes;
    synchronized (this) {
      now = told.computeIfAbsent(tracker.id(), _ -> toldNothing());
      if (now.changes.isEmpty()) {
        return;
      }
      changes = new LinkedHashMap<>(now.changes);
      now.changes.clear();
    }
    List<BlobId> present = new ArrayList<>();
    List<BlobId> withdrawn = new ArrayList<>();
    changes.forEach((blob, isHeld) -> (isHeld ? present : withdrawn).add(blob));
    boolean done = false;
    try {
      long epoch = client.advertise(tracker, present, withdrawn, Deadline.after(PATIENCE));
      synchronized (this) {
        if (now.epoch != 0 && now.epoch != epoch) {
          told.put(tracker.id(), toldNothing());
          wake.release();
        }
        now.epoch = epoch;
        now.anything = true;
      }
      done = true;
    } finally {
      if (!done) {
        synchronized (this) {
          changes.forEach(now.changes::putIfAbsent);
        }
      }
    }
  }
}
