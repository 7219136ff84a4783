package io.larder.fetch;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.lease.BlobState;
import io.larder.lease.Lease;
import io.larder.lease.LeaseRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/// What one request knows and has yet to do: its blobs, who offers which chunk, which chunk
/// somebody is fetching. It decides what is fetched next from whom; it does no I/O but opening
/// ingestions. Thread-safe.
final class FetchBoard {
  /// Keeps the log entry of a request for many small blobs small.
  private static final int MOST_WANTS = 128;

  private final FetchOptions options;
  private final Random rotation = new Random();
  private final Function<FetchTarget, Optional<BlobTask>> opener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Apart from the rest: many committers wait, and one is enough for each blob.
  private final Condition committable = lock.newCondition();
  private final Deque<FetchTarget> waiting;
  private final Map<BlobId, BlobTask> open = new LinkedHashMap<>();
  private final Deque<BlobTask> complete = new ArrayDeque<>();
  private final PeerOffers offers = new PeerOffers();
  private int unfinished;
  private long lastProgress = System.nanoTime();
  private Optional<LarderException> fatal = Optional.empty();
  private Optional<LarderException> lastFailure = Optional.empty();

  /// @param targets distinct blobs that are not committed here
  /// @param opener opens the ingestion of a blob; empty when the blob was committed meanwhile
  FetchBoard(
      Collection<FetchTarget> targets,
      FetchOptions options,
      Function<FetchTarget, Optional<BlobTask>> opener) {
    this.options = options;
    this.opener = opener;
    this.waiting = new ArrayDeque<>(targets);
    this.unfinished = targets.size();
    locked(this::fill);
  }

  /// Blobs to ask the directory about: a sample is enough, as peers that want one blob of a request
  /// mostly want the others.
  List<BlobId> sample() {
    return lockedGet(
        () -> {
          List<BlobId> all = new ArrayList<>(open.keySet());
          if (all.size() <= 32) {
            return all;
          }
          List<BlobId> some = new ArrayList<>(all.subList(0, 16));
          ThreadLocalRandom.current().ints(16, 16, all.size()).forEach(i -> some.add(all.get(i)));
          return some;
        });
  }

  /// All blobs that are not done yet.
  List<BlobId> unfinished() {
    return lockedGet(
        () -> {
          List<BlobId> all = new ArrayList<>(open.keySet());
          waiting.forEach(target -> all.add(target.blob()));
          return all;
        });
  }

  boolean isDone() {
    return lockedGet(() -> unfinished == 0 || fatal.isPresent());
  }

  /// Adds to what a peer is known to offer.
  void offered(NodeId peer, BlobId blob, IndexSet chunks) {
    locked(() -> offers.add(peer, blob, chunks, Optional.ofNullable(open.get(blob))));
  }

  /// A peer no longer offers a blob.
  void withdrawn(NodeId peer, BlobId blob) {
    locked(() -> offers.remove(peer, blob, Optional.ofNullable(open.get(blob))));
  }

  /// A peer is not read from any more.
  void left(NodeId peer) {
    locked(() -> offers.remove(peer, open));
  }

  /// Chunks to read from a peer now, claimed for the caller: the rarest of those it offers whose
  /// digests are known; when all of them are being fetched already, one whose fetcher will take
  /// much longer than this peer would (the end game).
  ///
  /// @param peer who
  /// @param mostBytes roughly as much as one read should be; at least one chunk is given
  /// @param nanosPerByte of this peer, for the end game
  List<ChunkClaim> nextFromPeer(NodeId peer, long mostBytes, double nanosPerByte) {
    return lockedGet(() -> offers.next(peer, open.values(), mostBytes, nanosPerByte));
  }

  /// Claims a chunk for fetching from the origin.
  ///
  /// @return empty when it is here already or somebody is fetching it
  Optional<ChunkClaim> claimFromOrigin(BlobTask task, int chunk) {
    return lockedGet(
        () ->
            task.has(chunk) || task.claims().containsKey(chunk)
                ? Optional.empty()
                : Optional.of(task.claim(chunk, false)));
  }

  /// A claimed chunk is here.
  void verified(ChunkClaim claim, Digest digest) {
    locked(
        () -> {
          BlobTask task = claim.task();
          task.claims().remove(claim.chunk(), claim);
          task.verified(claim.chunk(), digest);
          progressed();
          if (task.isComplete()) {
            toCommit(task);
          }
        });
  }

  /// A claimed chunk did not come. Idempotent.
  void unclaim(Collection<ChunkClaim> claims) {
    claims.forEach(ChunkClaim::abandon);
    locked(() -> claims.forEach(claim -> claim.task().claims().remove(claim.chunk(), claim)));
  }

  /// What to ask leases for; empty when nothing needs the origin.
  List<LeaseRequest.Want> wants() {
    return lockedGet(
        () -> {
          List<LeaseRequest.Want> wants = new ArrayList<>();
          List<BlobTask> tasks = new ArrayList<>(open.values());
          Collections.rotate(tasks, tasks.isEmpty() ? 0 : -rotation.nextInt(tasks.size()));
          for (BlobTask task : tasks) {
            if (task.target().origin().isEmpty()) {
              continue;
            }
            if (wants.size() == MOST_WANTS) {
              break;
            }
            BlobTask.LeaseNeed need = task.need(options.lostAfter().toNanos());
            if (!need.wanted().isEmpty()) {
              wants.add(
                  new LeaseRequest.Want(
                      task.blob(), task.plan(), task.extentChunks(), need.wanted()));
            }
          }
          return wants;
        });
  }

  /// Extents that the cluster calls complete but that nobody has offered for a while.
  List<Lost> lost() {
    return lockedGet(
        () ->
            open.values().stream()
                .filter(task -> task.target().origin().isPresent())
                .map(
                    task ->
                        new Lost(
                            task.blob(),
                            task.need(options.lostAfter().toNanos()).lost(),
                            task.version()))
                .filter(lost -> !lost.extents().isEmpty())
                .toList());
  }

  /// @param extents that nobody offers
  /// @param version of the blob's state that calls them complete
  record Lost(BlobId blob, IndexSet extents, long version) {}

  /// Notes that this node holds these leases (also made-up ones when uncoordinated).
  void leased(Collection<Lease> leases) {
    locked(
        () ->
            leases.forEach(
                lease -> task(lease).ifPresent(t -> t.leasedHere().set(lease.extent()))));
  }

  /// Leases that are over, one way or another.
  void unleased(Collection<Lease> leases) {
    locked(
        () ->
            leases.forEach(
                lease -> task(lease).ifPresent(t -> t.leasedHere().clear(lease.extent()))));
  }

  /// The blob of a lease; empty when it is done.
  Optional<BlobTask> task(Lease lease) {
    return lockedGet(() -> Optional.ofNullable(open.get(lease.blob())));
  }

  /// Extents to fetch without a lease, in random order: those with a chunk that nobody fetches or
  /// offers.
  List<Lease> unleasedExtents(int most) {
    return lockedGet(
        () -> {
          List<Lease> found = new ArrayList<>();
          List<BlobTask> tasks = new ArrayList<>(open.values());
          Collections.shuffle(tasks, ThreadLocalRandom.current());
          for (BlobTask task : tasks) {
            if (task.target().origin().isEmpty() || task.isComplete()) {
              continue;
            }
            int start = ThreadLocalRandom.current().nextInt(task.extents());
            for (int i = 0; i < task.extents() && found.size() < most; i++) {
              int extent = (start + i) % task.extents();
              if (!task.leasedHere().get(extent) && !task.holds(extent)) {
                found.add(new Lease(task.blob(), extent, 0, options.leaseTtl()));
                task.leasedHere().set(extent);
              }
            }
          }
          return found;
        });
  }

  /// Versions known, for [io.larder.lease.Leases#describe].
  Map<BlobId, Long> versions() {
    return lockedGet(
        () -> {
          Map<BlobId, Long> versions = new HashMap<>();
          open.values().stream()
              .filter(task -> !task.isComplete() || task.seal().isEmpty())
              .forEach(task -> versions.put(task.blob(), task.version()));
          return versions;
        });
  }

  /// Whether peers offer chunks that cannot be read for lack of their digests.
  boolean wantsDigests() {
    return lockedGet(() -> open.values().stream().anyMatch(BlobTask::wantsDigests));
  }

  /// Blobs whose digests must be asked of each peer that offers them.
  Map<NodeId, List<BlobId>> wantedDescriptions() {
    return lockedGet(
        () -> {
          Map<NodeId, List<BlobId>> wanted = new HashMap<>();
          for (BlobTask task : open.values()) {
            if (task.wantsDescription()) {
              for (NodeId peer : offers.peers(task.blob())) {
                wanted.computeIfAbsent(peer, p -> new ArrayList<>()).add(task.blob());
              }
            }
          }
          return wanted;
        });
  }

  /// Takes over what the cluster has agreed.
  ///
  /// @return number of chunks held here that contradict it; they were discarded
  int agree(Collection<BlobState> states) {
    return lockedGet(
        () -> {
          int wrong = 0;
          for (BlobState state : states) {
            BlobTask task = open.get(state.blob());
            if (task != null) {
              wrong += task.agree(state).size();
            }
          }
          return wrong;
        });
  }

  /// Takes over digests that a peer told.
  ///
  /// @return whether they have the agreed root, or are not needed any more
  boolean learn(BlobId blob, List<Digest> digests) {
    return lockedGet(
        () -> {
          BlobTask task = open.get(blob);
          return task == null || task.seal().isEmpty() || task.learn(digests, task.seal().get());
        });
  }

  /// Waits for a blob that has all its chunks and is to be committed; empty when the request is
  /// done.
  Optional<BlobTask> nextComplete() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (complete.isEmpty() && unfinished > 0 && fatal.isEmpty()) {
        committable.await(1, TimeUnit.SECONDS);
      }
      return Optional.ofNullable(complete.poll());
    } finally {
      lock.unlock();
    }
  }

  /// A blob is committed.
  void committed(BlobTask task) {
    locked(
        () -> {
          open.remove(task.blob());
          unfinished--;
          progressed();
          fill();
        });
  }

  /// A complete blob was not what its name declares: it starts anew, once.
  ///
  /// @return false when it did so before
  boolean startAnew(BlobTask task) {
    return lockedGet(task::startAnew);
  }

  /// What the cluster has sealed, when it has.
  Optional<Seal> seal(BlobTask task) {
    return lockedGet(task::seal);
  }

  boolean isComplete(BlobTask task) {
    return lockedGet(task::isComplete);
  }

  /// The agreed digest of a chunk, when it is known.
  Optional<Digest> digest(BlobTask task, int chunk) {
    return lockedGet(() -> task.digest(chunk));
  }

  /// A source failed in a way that may pass.
  void failing(LarderException failure) {
    locked(() -> lastFailure = Optional.of(failure));
  }

  /// The request cannot succeed.
  void fail(LarderException failure) {
    locked(
        () -> {
          if (fatal.isEmpty()) {
            fatal = Optional.of(failure);
          }
        });
  }

  /// Waits for something to change.
  void awaitChange(Duration most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (unfinished > 0 && fatal.isEmpty()) {
        changed.awaitNanos(most.toNanos());
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits until all blobs are committed.
  ///
  /// @throws LarderException what made it impossible; UNAVAILABLE when the deadline passes, or when
  ///   nothing has come for [FetchOptions#patience]
  void awaitDone(Deadline deadline) throws InterruptedException {
    while (true) {
      lock.lockInterruptibly();
      try {
        if (fatal.isPresent()) {
          throw fatal.get();
        }
        if (unfinished == 0) {
          return;
        }
        if (System.nanoTime() - lastProgress > options.patience().toNanos()) {
          throw lastFailure.orElseGet(() -> silence());
        }
        if (deadline.passed()) {
          throw new LarderException(
              ErrorKind.UNAVAILABLE,
              "the download was not done in time"
                  + lastFailure.map(f -> "; last failure: " + f.getMessage()).orElse(""),
              lastFailure.orElse(null));
        }
        changed.awaitNanos(Math.min(deadline.left().toNanos() + 1, 200_000_000L));
      } finally {
        lock.unlock();
      }
    }
  }

  private LarderException silence() {
    BlobTask task = open.values().iterator().next();
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        "nothing has come for "
            + options.patience().toSeconds()
            + " s: "
            + task.blob()
            + " is offered by no peer and leased by another node that makes no progress; ask again later");
  }

  private void toCommit(BlobTask task) {
    complete.add(task);
    committable.signal();
  }

  private void progressed() {
    lastProgress = System.nanoTime();
    lastFailure = Optional.empty();
  }

  private void fill() {
    while (open.size() < options.activeBlobs() && !waiting.isEmpty()) {
      Optional<BlobTask> opened = opener.apply(waiting.poll());
      if (opened.isEmpty()) {
        unfinished--;
        continue;
      }
      BlobTask task = opened.get();
      open.put(task.blob(), task);
      offers.opened(task);
      if (task.isComplete()) {
        toCommit(task);
      }
    }
  }

  private void locked(Runnable action) {
    lockedGet(
        () -> {
          action.run();
          changed.signalAll();
          if (unfinished == 0 || fatal.isPresent()) {
            committable.signalAll();
          }
          return true;
        });
  }

  private <T> T lockedGet(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
