package io.larder.fetch;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.ChunkWriter.Verdict;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.ChunkSink;
import io.larder.swarm.PeerClient;
import io.larder.swarm.PeerDirectory;
import io.larder.swarm.PeerScore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the peers of one request, follows what they hold and reads from several of them at once.
final class PeerPuller {
  private static final Logger log = LoggerFactory.getLogger(PeerPuller.class);
  private static final int MOST_PEERS = 12;
  private static final int READS_PER_PEER = 2;

  /// One read should take about this long, so that a slow peer is noticed and a fast one is not
  /// asked too often.
  private static final double READ_SECONDS = 0.25;

  private static final long LARGEST_READ = 16L * ChunkPlan.CHUNK_SIZE;
  private static final Duration REJOIN_AFTER = Duration.ofSeconds(1);
  private static final Duration READ_DEADLINE = Duration.ofMinutes(2);

  private final PeerDirectory directory;
  private final PeerClient client;
  private final PeerScore score;
  private final FetchBoard board;
  private final FetchOptions options;
  private final FetchMeter meter;
  private final FetchProgress progress;
  private final Map<NodeId, Peer> peers = new ConcurrentHashMap<>();
  private final Map<NodeId, Deadline> restingUntil = new ConcurrentHashMap<>();

  PeerPuller(
      PeerDirectory directory,
      PeerClient client,
      PeerScore score,
      FetchBoard board,
      FetchOptions options,
      FetchMeter meter,
      FetchProgress progress) {
    this.directory = directory;
    this.client = client;
    this.score = score;
    this.board = board;
    this.options = options;
    this.meter = meter;
    this.progress = progress;
  }

  /// Looks for peers until the request is done, and starts readers for those it finds.
  void run(Scope scope) throws InterruptedException {
    try {
      while (!board.isDone()) {
        for (NodeId peer : lookup()) {
          if (peers.size() >= MOST_PEERS) {
            break;
          }
          if (!peers.containsKey(peer)) {
            join(peer, scope);
          }
        }
        Deadline pause = Deadline.after(options.lookupEvery());
        while (!pause.passed() && !board.isDone()) {
          board.awaitChange(pause.left());
        }
      }
    } finally {
      peers.values().forEach(Peer::leave);
    }
  }

  /// Whether no peer is known that wants or holds what this request does.
  boolean isAlone() {
    return peers.isEmpty();
  }

  private List<NodeId> lookup() {
    Map<BlobId, List<NodeId>> found = directory.lookup(board.sample());
    Set<NodeId> candidates = new LinkedHashSet<>();
    found.values().forEach(candidates::addAll);
    restingUntil.values().removeIf(Deadline::passed);
    candidates.removeAll(restingUntil.keySet());
    return score.usable(candidates);
  }

  private void join(NodeId id, Scope scope) {
    Peer peer = new Peer(id);
    peers.put(id, peer);
    try {
      peer.follow();
    } catch (LarderException e) {
      log.debug("{} cannot be followed: {}", id, e.getMessage());
      score.failed(id);
      peer.leave();
      return;
    }
    for (int i = 0; i < READS_PER_PEER; i++) {
      scope.fork(
          () -> {
            peer.readAll();
            return true;
          });
    }
  }

  /// Asks peers for the chunk digests of sealed blobs, of which the cluster keeps only the Merkle
  /// root.
  void learnDigests() throws InterruptedException {
    Map<NodeId, List<BlobId>> wanted = board.wantedDescriptions();
    Set<BlobId> learnt = new HashSet<>();
    for (Map.Entry<NodeId, List<BlobId>> entry : wanted.entrySet()) {
      List<BlobId> open = entry.getValue().stream().filter(blob -> !learnt.contains(blob)).toList();
      if (open.isEmpty() || !peers.containsKey(entry.getKey())) {
        continue;
      }
      try {
        for (PeerClient.BlobDescription told :
            client.describe(entry.getKey(), open, Deadline.after(Duration.ofSeconds(5)))) {
          if (told.chunkDigests().isEmpty()) {
            continue;
          }
          if (board.learn(told.blob(), told.chunkDigests())) {
            learnt.add(told.blob());
          } else {
            offend(
                entry.getKey(),
                "told chunk digests of " + told.blob() + " that are not those sealed");
          }
        }
      } catch (LarderException e) {
        log.debug("{} did not describe its blobs: {}", entry.getKey(), e.getMessage());
      }
    }
  }

  private void offend(NodeId id, String what) {
    log.warn("peer {} {}; it is not read from for a while", id, what);
    score.corrupted(id);
    Peer peer = peers.get(id);
    if (peer != null) {
      peer.leave();
    }
  }

  /// One peer that is followed and read from.
  private final class Peer implements PeerClient.AvailabilityListener {
    private final NodeId id;
    private volatile boolean here = true;
    private Optional<PeerClient.Watch> watch = Optional.empty();

    Peer(NodeId id) {
      this.id = id;
    }

    synchronized void follow() {
      watch = Optional.of(client.watch(id, board.unfinished(), this));
    }

    @Override
    public void available(BlobId blob, IndexSet chunks) {
      if (here) {
        board.offered(id, blob, chunks);
      }
    }

    @Override
    public void gone(BlobId blob) {
      board.withdrawn(id, blob);
    }

    @Override
    public void ended(String reason) {
      if (here) {
        log.debug("{} is no longer followed: {}", id, reason);
        leave();
      }
    }

    synchronized void leave() {
      if (!here) {
        return;
      }
      here = false;
      restingUntil.put(id, Deadline.after(REJOIN_AFTER));
      peers.remove(id, this);
      board.left(id);
      watch.ifPresent(PeerClient.Watch::close);
    }

    void readAll() throws InterruptedException {
      while (here && !board.isDone()) {
        double nanosPerByte = 1e9 / score.bytesPerSecond(id);
        long bytes = Math.clamp((long) (READ_SECONDS * 1e9 / nanosPerByte), 1, LARGEST_READ);
        List<ChunkClaim> claims = board.nextFromPeer(id, bytes, nanosPerByte);
        if (claims.isEmpty()) {
          board.awaitChange(Duration.ofMillis(100));
          continue;
        }
        read(claims);
      }
    }

    private void read(List<ChunkClaim> claims) throws InterruptedException {
      Map<ChunkRef, ChunkClaim> byRef = new HashMap<>();
      List<ChunkRef> refs = new ArrayList<>();
      for (ChunkClaim claim : claims) {
        ChunkRef ref = new ChunkRef(claim.task().blob(), claim.chunk());
        refs.add(ref);
        byRef.put(ref, claim);
      }
      Sink sink = new Sink(byRef);
      long start = System.nanoTime();
      try {
        client.read(id, refs, sink, Deadline.after(READ_DEADLINE));
        score.succeeded(id, sink.bytes, Duration.ofNanos(System.nanoTime() - start));
      } catch (LarderException e) {
        if (e.kind() == ErrorKind.EXHAUSTED || e.kind() == ErrorKind.INTERNAL) {
          board.fail(e);
        } else if (!sink.takenOver && here) {
          log.debug("reading from {} failed: {}", id, e.getMessage());
          score.failed(id);
          leave();
        }
      } finally {
        board.unclaim(claims);
      }
    }

    private final class Sink implements ChunkSink {
      private final Map<ChunkRef, ChunkClaim> claims;
      private long bytes;
      private boolean takenOver;

      Sink(Map<ChunkRef, ChunkClaim> claims) {
        this.claims = claims;
      }

      private ChunkClaim claim(ChunkRef ref) {
        ChunkClaim claim = claims.get(ref);
        if (claim == null) {
          throw new LarderException(
              ErrorKind.UNAVAILABLE, id + " sent a chunk it was not asked for");
        }
        return claim;
      }

      @Override
      public void write(ChunkRef chunk, ByteBuffer part) {
        bytes += part.remaining();
        if (!claim(chunk).write(part)) {
          takenOver = true;
          throw new LarderException(ErrorKind.UNAVAILABLE, "the chunk was taken over");
        }
      }

      @Override
      public void complete(ChunkRef chunk) {
        ChunkClaim claim = claim(chunk);
        BlobTask task = claim.task();
        Digest expected = board.digest(task, chunk.chunk()).orElseThrow();
        switch (claim.finish(Optional.of(expected)).orElse(null)) {
          case Verdict.Verified(Digest digest) -> {
            long length = task.plan().chunk(chunk.chunk()).length();
            progress.fromPeer(length);
            meter.fromPeer(length);
            board.verified(claim, digest);
          }
          case Verdict.Mismatch mismatch -> {
            meter.corruptChunk();
            offend(id, "sent corrupt bytes for chunk " + chunk.chunk() + " of " + chunk.blob());
            throw new LarderException(ErrorKind.CORRUPT, id + " sent corrupt bytes");
          }
          case null -> {
            // Taken over just before its end.
          }
        }
      }

      @Override
      public void missing(ChunkRef chunk) {
        board.withdrawn(id, chunk.blob());
      }
    }
  }
}
