package io.larder.fetch;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.lease.Leases;
import io.larder.store.ContentStore;
import io.larder.store.Ingestion;
import io.larder.store.Ingestion.CommitOutcome;
import io.larder.store.Reservation;
import io.larder.swarm.PeerClient;
import io.larder.swarm.PeerDirectory;
import io.larder.swarm.PeerScore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fills blobs: from peers what the swarm has, by lease from the origin what it has not,
/// uncoordinated when there is no Raft group to ask. Requests for the same blob at the same time
/// fetch it once. Thread-safe.
public final class Fetcher {
  private static final Logger log = LoggerFactory.getLogger(Fetcher.class);
  private static final int COMMITTERS = 64;
  private static final Duration OPEN_DEADLINE = Duration.ofSeconds(30);
  private static final Duration FLUSH = Duration.ofSeconds(5);
  private static final Duration GOVERN = Duration.ofMillis(500);
  private static final Duration AGREE_FAST = Duration.ofMillis(25);
  private static final Duration AGREE_SLOW = Duration.ofMillis(500);

  private final ContentStore store;
  private final Leases leases;
  private final PeerDirectory directory;
  private final PeerClient client;
  private final PeerScore score;
  private final FetchOptions options;
  private final FetchMeter meter;
  private final Set<BlobId> busy = new HashSet<>();

  public Fetcher(
      ContentStore store,
      Leases leases,
      PeerDirectory directory,
      PeerClient client,
      PeerScore score,
      FetchOptions options,
      FetchMeter meter) {
    this.store = store;
    this.leases = leases;
    this.directory = directory;
    this.client = client;
    this.score = score;
    this.options = options;
    this.meter = meter;
  }

  /// Returns when all blobs are committed.
  ///
  /// @param targets blobs; those that are committed already cost nothing
  /// @param reservation that covers them
  /// @param progress is added to
  /// @throws LarderException CORRUPT when the content is not what it is declared to be; NOT_FOUND,
  ///   DENIED, CONFLICT from the origin; EXHAUSTED when the disk fills up all the same; UNAVAILABLE
  ///   when neither peers nor origin deliver in time
  public void fetch(
      Collection<FetchTarget> targets,
      Reservation reservation,
      FetchProgress progress,
      Deadline deadline)
      throws InterruptedException {
    Map<BlobId, FetchTarget> left = new HashMap<>();
    targets.forEach(target -> left.putIfAbsent(target.blob(), target));
    left.keySet().retainAll(store.missing(left.keySet()));
    while (!left.isEmpty()) {
      List<FetchTarget> mine = claim(targets, left);
      if (mine.isEmpty()) {
        awaitOthers(left.keySet(), deadline);
      } else {
        try {
          fetchClaimed(mine, reservation, progress, deadline);
        } finally {
          unclaim(mine);
        }
      }
      left.keySet().retainAll(store.missing(left.keySet()));
    }
  }

  private List<FetchTarget> claim(Collection<FetchTarget> order, Map<BlobId, FetchTarget> left) {
    synchronized (busy) {
      List<FetchTarget> mine = new ArrayList<>();
      for (FetchTarget target : order) {
        if (left.containsKey(target.blob()) && busy.add(target.blob())) {
          mine.add(target);
        }
      }
      return mine;
    }
  }

  private void unclaim(List<FetchTarget> mine) {
    synchronized (busy) {
      mine.forEach(target -> busy.remove(target.blob()));
      busy.notifyAll();
    }
  }

  private void awaitOthers(Set<BlobId> blobs, Deadline deadline) throws InterruptedException {
    synchronized (busy) {
      while (blobs.stream().allMatch(busy::contains)) {
        deadline.check("another download of the same content");
        busy.wait(Math.min(1000, deadline.left().toMillis() + 1));
      }
    }
  }

  private void fetchClaimed(
      List<FetchTarget> targets, Reservation reservation, FetchProgress progress, Deadline deadline)
      throws InterruptedException {
    Set<Ingestion> ingestions = ConcurrentHashMap.newKeySet();
    FetchBoard board =
        new FetchBoard(targets, options, target -> open(target, reservation, ingestions, progress));
    directory.advertise(targets.stream().map(FetchTarget::blob).toList());
    LeaseKeeper keeper = new LeaseKeeper(leases, board, options, meter, progress);
    PeerPuller peers = new PeerPuller(directory, client, score, board, options, meter, progress);
    Supplier<Deadline> openDeadline = () -> deadline.atMost(OPEN_DEADLINE);
    try {
      try (Scope scope = Scope.open("fetch")) {
        scope.fork(guarded(board, () -> peers.run(scope)));
        scope.fork(guarded(board, () -> agree(board, peers)));
        scope.fork(guarded(board, keeper::record));
        scope.fork(guarded(board, () -> renew(keeper, board)));
        AtomicInteger streams = new AtomicInteger(1);
        scope.fork(guarded(board, () -> govern(streams, progress, board, peers)));
        for (int i = 0; i < options.originStreams(); i++) {
          int rank = i;
          OriginPuller puller =
              new OriginPuller(
                  board, keeper, meter, progress, openDeadline, () -> rank < streams.get());
          scope.fork(guarded(board, puller::run));
        }
        for (int i = 0; i < Math.min(COMMITTERS, targets.size()); i++) {
          scope.fork(guarded(board, () -> commitAll(board, ingestions)));
        }
        try {
          board.awaitDone(deadline);
        } finally {
          keeper.flush(FLUSH);
        }
      }
    } finally {
      ingestions.forEach(Ingestion::close);
      keeper.giveBack(keeper.left());
    }
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  /// A defect in one worker ends the request with its message instead of leaving the others
  /// waiting.
  private static Callable<Boolean> guarded(FetchBoard board, Work work) {
    return () -> {
      try {
        work.run();
      } catch (LarderException e) {
        board.fail(e);
      } catch (RuntimeException e) {
        log.error("a download failed unexpectedly", e);
        board.fail(new LarderException(ErrorKind.INTERNAL, "unexpected: " + e, e));
      }
      return true;
    };
  }

  private Optional<BlobTask> open(
      FetchTarget target,
      Reservation reservation,
      Set<Ingestion> ingestions,
      FetchProgress progress) {
    if (store.find(target.blob()).isPresent()) {
      progress.present(target.size());
      return Optional.empty();
    }
    Ingestion ingestion = store.begin(target.blob(), reservation);
    ingestions.add(ingestion);
    BlobTask task = new BlobTask(target, ingestion);
    progress.present(task.haveBytes());
    return Optional.of(task);
  }

  /// Keeps up with what the cluster has agreed about the open blobs: often while peers offer chunks
  /// whose digests are still unknown, seldom otherwise.
  private void agree(FetchBoard board, PeerPuller peers) throws InterruptedException {
    while (!board.isDone()) {
      int wrong = board.agree(leases.describe(board.versions()));
      for (int i = 0; i < wrong; i++) {
        meter.corruptChunk();
      }
      peers.learnDigests();
      Deadline slow = Deadline.after(AGREE_SLOW);
      do {
        pause(AGREE_FAST, board);
      } while (!board.isDone() && !slow.passed() && !board.wantsDigests());
    }
  }

  private static void pause(Duration time, FetchBoard board) throws InterruptedException {
    Deadline end = Deadline.after(time);
    while (!end.passed() && !board.isDone()) {
      board.awaitChange(end.left());
    }
  }

  private void renew(LeaseKeeper keeper, FetchBoard board) throws InterruptedException {
    while (!board.isDone()) {
      pause(options.leaseTtl().dividedBy(4), board);
      keeper.renew();
    }
  }

  /// Adjusts the number of origin streams: all of them at once when this node is alone with its
  /// request.
  private void govern(
      AtomicInteger streams, FetchProgress progress, FetchBoard board, PeerPuller peers)
      throws InterruptedException {
    StreamGovernor governor = new StreamGovernor(1, options.originStreams());
    long bytes = progress.pulledBytes();
    long start = System.nanoTime();
    Duration interval = GOVERN.dividedBy(5);
    while (!board.isDone()) {
      pause(interval, board);
      interval = GOVERN;
      long now = System.nanoTime();
      long total = progress.pulledBytes();
      int next = governor.next((total - bytes) * 1e9 / (now - start));
      streams.set(peers.isAlone() ? options.originStreams() : next);
      bytes = total;
      start = now;
    }
  }

  private void commitAll(FetchBoard board, Set<Ingestion> ingestions) throws InterruptedException {
    for (Optional<BlobTask> next = board.nextComplete();
        next.isPresent();
        next = board.nextComplete()) {
      BlobTask task = next.get();
      if (board.isComplete(task) && commit(board, task)) {
        ingestions.remove(task.ingestion());
        task.ingestion().close();
      }
    }
  }

  /// @return false when the blob starts anew
  private boolean commit(FetchBoard board, BlobTask task) throws InterruptedException {
    boolean manyChunks = task.plan().chunks() > 1;
    if (manyChunks && board.seal(task).isEmpty()) {
      // Another node may have hashed the whole meanwhile; knowing its seal saves doing it again.
      board.agree(leases.describe(Map.of(task.blob(), task.version())));
    }
    Optional<Seal> agreed = board.seal(task);
    switch (task.ingestion().commit(agreed)) {
      case CommitOutcome.Committed(Seal seal) -> {
        if (manyChunks && agreed.isEmpty()) {
          Optional<Seal> standing = leases.seal(task.blob(), task.plan().size(), seal);
          if (standing.isPresent() && !standing.get().equals(seal)) {
            log.error(
                "{} was sealed as {} by another node but is {} here", task.blob(), standing, seal);
          }
        }
        board.committed(task);
        return true;
      }
      case CommitOutcome.Mismatch mismatch -> {
        meter.corruptChunk();
        leases.discard(task.blob());
        if (!board.startAnew(task)) {
          throw new LarderException(
              ErrorKind.CORRUPT,
              describe(task)
                  + " is declared to have SHA-256 "
                  + mismatch.declared()
                  + " but has "
                  + mismatch.actual()
                  + ", twice: the origin serves other bytes than it declares");
        }
        return false;
      }
    }
  }

  private static String describe(BlobTask task) {
    return task.target()
        .origin()
        .map(from -> from.file().origin().location())
        .orElse(task.blob().text());
  }
}
