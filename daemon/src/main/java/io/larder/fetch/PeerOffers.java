package io.larder.fetch;

import io.larder.content.BlobId;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/// Which peer offers which chunk of one request, and which chunk to read next from a peer: the
/// rarest first (after BitTorrent's piece selection, Cohen 2003), with an end game. Guarded by its
/// [FetchBoard]'s lock.
final class PeerOffers {
  private static final int SAMPLE = 256;
  private static final long END_GAME_MARGIN_NANOS = 200_000_000L;

  private final Map<NodeId, Map<BlobId, IndexSet>> offers = new HashMap<>();

  /// @param task of the blob, when it is open
  void add(NodeId peer, BlobId blob, IndexSet chunks, Optional<BlobTask> task) {
    Map<BlobId, IndexSet> all = offers.computeIfAbsent(peer, p -> new HashMap<>());
    IndexSet before = all.getOrDefault(blob, IndexSet.empty());
    all.put(blob, before.union(chunks));
    task.ifPresent(t -> t.offered(chunks.minus(before), 1));
  }

  void remove(NodeId peer, BlobId blob, Optional<BlobTask> task) {
    IndexSet before = offers.getOrDefault(peer, new HashMap<>()).remove(blob);
    if (before != null) {
      task.ifPresent(t -> t.offered(before, -1));
    }
  }

  void remove(NodeId peer, Map<BlobId, BlobTask> open) {
    Map<BlobId, IndexSet> all = offers.remove(peer);
    if (all != null) {
      all.forEach(
          (blob, chunks) -> {
            BlobTask task = open.get(blob);
            if (task != null) {
              task.offered(chunks, -1);
            }
          });
    }
  }

  /// A blob has been opened: it hears what was offered of it before.
  void opened(BlobTask task) {
    offers
        .values()
        .forEach(blobs -> task.offered(blobs.getOrDefault(task.blob(), IndexSet.empty()), 1));
  }

  /// Who offers something of a blob.
  List<NodeId> peers(BlobId blob) {
    return offers.entrySet().stream()
        .filter(entry -> entry.getValue().containsKey(blob))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// See [FetchBoard#nextFromPeer].
  List<ChunkClaim> next(
      NodeId peer, Collection<BlobTask> open, long mostBytes, double nanosPerByte) {
    Map<BlobId, IndexSet> offered = offers.getOrDefault(peer, Map.of());
    List<Candidate> candidates = candidates(offered, List.copyOf(open));
    if (candidates.isEmpty()) {
      return takeOver(offered, open, nanosPerByte);
    }
    candidates.sort(Comparator.comparingInt(c -> c.task().copies(c.chunk())));
    List<ChunkClaim> claims = new ArrayList<>();
    long bytes = 0;
    for (Candidate next : candidates) {
      long length = next.task().plan().chunk(next.chunk()).length();
      if (!claims.isEmpty() && bytes + length > mostBytes) {
        break;
      }
      bytes += length;
      claims.add(next.task().claim(next.chunk(), true));
    }
    return claims;
  }

  private record Candidate(BlobTask task, int chunk) {}

  /// A random sample of what can be read: starts at a random chunk of a random blob, so that every
  /// node takes equally rare chunks in an order of its own.
  private static List<Candidate> candidates(Map<BlobId, IndexSet> offered, List<BlobTask> open) {
    List<Candidate> found = new ArrayList<>();
    int start = open.isEmpty() ? 0 : ThreadLocalRandom.current().nextInt(open.size());
    for (int i = 0; i < open.size() && found.size() < SAMPLE; i++) {
      BlobTask task = open.get((start + i) % open.size());
      IndexSet chunks = offered.getOrDefault(task.blob(), IndexSet.empty());
      if (!chunks.isEmpty() && !task.isComplete()) {
        int first = ThreadLocalRandom.current().nextInt(task.plan().chunks());
        collect(task, chunks, first, task.plan().chunks(), found);
        collect(task, chunks, 0, first, found);
      }
    }
    return found;
  }

  private static void collect(
      BlobTask task, IndexSet chunks, int from, int to, List<Candidate> found) {
    IntPredicate usable =
        chunk ->
            chunks.contains(chunk)
                && !task.claims().containsKey(chunk)
                && task.digest(chunk).isPresent();
    for (int chunk = task.lacking().nextSetBit(from);
        chunk >= 0 && chunk < to && found.size() < SAMPLE;
        chunk = task.lacking().nextSetBit(chunk + 1)) {
      if (usable.test(chunk)) {
        found.add(new Candidate(task, chunk));
      }
    }
  }

  /// The end game: all that this peer offers is being fetched already; it takes over from one that
  /// will need much longer than this peer would.
  private static List<ChunkClaim> takeOver(
      Map<BlobId, IndexSet> offered, Collection<BlobTask> open, double nanosPerByte) {
    long now = System.nanoTime();
    for (BlobTask task : open) {
      IndexSet chunks = offered.getOrDefault(task.blob(), IndexSet.empty());
      for (ChunkClaim slow : List.copyOf(task.claims().values())) {
        double here = nanosPerByte * task.plan().chunk(slow.chunk()).length();
        Optional<Long> left = slow.nanosLeft(now);
        if (chunks.contains(slow.chunk())
            && left.isPresent()
            && left.get() > 2 * here + END_GAME_MARGIN_NANOS
            && slow.tryAbandon()) {
          return List.of(task.claim(slow.chunk(), true));
        }
      }
    }
    return List.of();
  }
}
