package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.lease.TableImage.Extent;
import io.larder.lease.TableImage.Holding;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One blob of a [LeaseTable]. Not thread-safe.
final class TrackedBlob {
  final BlobId id;
  final ChunkPlan plan;
  final int extentChunks;
  final Map<Integer, Extent> completed = new TreeMap<>();
  final Map<Integer, Holding> leases = new TreeMap<>();
  @Nullable Seal seal;
  long sealToken;
  long version;
  long touchedMillis;

  TrackedBlob(BlobId id, ChunkPlan plan, int extentChunks) {
    this.id = id;
    this.plan = plan;
    this.extentChunks = extentChunks;
  }

  static TrackedBlob of(TableImage.Blob image) {
    TrackedBlob blob =
        new TrackedBlob(image.id(), new ChunkPlan(image.size()), image.extentChunks());
    blob.version = image.version();
    blob.seal = image.seal().orElse(null);
    blob.sealToken = image.sealToken();
    blob.touchedMillis = image.touchedMillis();
    image.completed().forEach(extent -> blob.completed.put(extent.index(), extent));
    image.leases().forEach(holding -> blob.leases.put(holding.extent(), holding));
    return blob;
  }

  TableImage.Blob image() {
    return new TableImage.Blob(
        id,
        version,
        plan.size(),
        extentChunks,
        Optional.ofNullable(seal),
        sealToken,
        List.copyOf(completed.values()),
        List.copyOf(leases.values()),
        touchedMillis);
  }

  BlobState state(long nowMillis) {
    Map<Integer, BlobState.CompletedExtent> extents = HashMap.newHashMap(completed.size());
    completed.forEach(
        (index, extent) ->
            extents.put(
                index, new BlobState.CompletedExtent(extent.fetchedBy(), extent.chunkDigests())));
    BitSet leased = new BitSet();
    leases.values().stream()
        .filter(lease -> lease.expiresMillis() > nowMillis)
        .forEach(lease -> leased.set(lease.extent()));
    return new BlobState(
        id,
        version,
        plan.size(),
        extentChunks,
        Optional.ofNullable(seal),
        Map.copyOf(extents),
        IndexSet.copyOf(leased));
  }

  int extents() {
    return (int) (((long) plan.chunks() + extentChunks - 1) / extentChunks);
  }

  int chunksIn(int extent) {
    return (int) Math.min(extentChunks, plan.chunks() - (long) extent * extentChunks);
  }

  long bytesIn(int extent) {
    long start = (long) extent * extentChunks * ChunkPlan.CHUNK_SIZE;
    return Math.min((long) extentChunks * ChunkPlan.CHUNK_SIZE, plan.size() - start);
  }

  boolean hasLiveLease(long nowMillis) {
    return leases.values().stream().anyMatch(lease -> lease.expiresMillis() > nowMillis);
  }

  /// Those of `wanted` that are neither complete nor under a live lease.
  BitSet free(IndexSet wanted, long nowMillis) {
    if (seal != null) {
      return new BitSet();
    }
    BitSet free = wanted.toBitSet();
    int extents = extents();
    if (free.length() > extents) {
      free.clear(extents, free.length());
    }
    completed.keySet().forEach(free::clear);
    for (Holding lease : leases.values()) {
      if (lease.expiresMillis() > nowMillis) {
        free.clear(lease.extent());
      }
    }
    return free;
  }

  /// Where a node begins among the free extents: behind one of its own, so that it reads the origin
  /// in long runs; otherwise in the middle of the longest free run, so that it meets the node that
  /// works its way up to there as late as possible.
  int startFor(NodeId node, BitSet free) {
    int longestStart = free.nextSetBit(0);
    int longest = 0;
    for (int start = longestStart; start >= 0; ) {
      if (start > 0 && ownedBy(node, start - 1)) {
        return start;
      }
      int end = free.nextClearBit(start);
      if (end - start > longest) {
        longest = end - start;
        longestStart = start;
      }
      start = free.nextSetBit(end);
    }
    boolean untouched = leases.isEmpty() && completed.isEmpty();
    return untouched ? longestStart : longestStart + longest / 2;
  }

  private boolean ownedBy(NodeId node, int extent) {
    Holding lease = leases.get(extent);
    if (lease != null) {
      return lease.node().equals(node);
    }
    Extent done = completed.get(extent);
    return done != null && done.fetchedBy().equals(node);
  }

  /// The Merkle root over all chunk digests, when all are known.
  Optional<Digest> merkleRoot() {
    if (completed.size() < extents()) {
      return Optional.empty();
    }
    List<Digest> digests = new ArrayList<>(plan.chunks());
    completed.values().forEach(extent -> digests.addAll(extent.chunkDigests()));
    return Optional.of(Merkle.root(digests));
  }
}
