package io.larder.fetch;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import io.larder.lease.BlobState;
import io.larder.store.Ingestion;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// What one request knows about one blob that it is filling. Guarded by its [FetchBoard]'s lock.
final class BlobTask {
  private final FetchTarget target;
  private final Ingestion ingestion;
  private final ChunkPlan plan;
  private final int extentChunks;
  private final BitSet have;
  private final BitSet lacking;
  private final Map<Integer, ChunkClaim> claims = new HashMap<>();
  private final Map<Integer, Digest> digests = new HashMap<>();
  private final BitSet leasedHere = new BitSet();
  private BitSet complete = new BitSet();
  private long version;
  private Optional<Seal> seal = Optional.empty();
  private final int[] copies;
  private long offeredOrNew = System.nanoTime();
  private boolean startedAnew;

  BlobTask(FetchTarget target, Ingestion ingestion) {
    this.target = target;
    this.ingestion = ingestion;
    this.plan = ingestion.plan();
    this.extentChunks = target.extentChunks();
    this.have = ingestion.verified().toBitSet();
    this.lacking = new BitSet();
    lacking.set(0, plan.chunks());
    lacking.andNot(have);
    this.copies = new int[plan.chunks()];
    if (plan.chunks() == 1 && target.blob() instanceof BlobId.Sha256(Digest declared)) {
      digests.put(0, declared);
    }
  }

  FetchTarget target() {
    return target;
  }

  BlobId blob() {
    return target.blob();
  }

  Ingestion ingestion() {
    return ingestion;
  }

  ChunkPlan plan() {
    return plan;
  }

  int extentChunks() {
    return extentChunks;
  }

  int extents() {
    return (plan.chunks() + extentChunks - 1) / extentChunks;
  }

  int firstChunk(int extent) {
    return extent * extentChunks;
  }

  int endChunk(int extent) {
    return Math.min(plan.chunks(), (extent + 1) * extentChunks);
  }

  long version() {
    return version;
  }

  Optional<Seal> seal() {
    return seal;
  }

  boolean isComplete() {
    return lacking.isEmpty();
  }

  boolean has(int chunk) {
    return have.get(chunk);
  }

  BitSet lacking() {
    return lacking;
  }

  Optional<Digest> digest(int chunk) {
    return Optional.ofNullable(digests.get(chunk));
  }

  /// How many peers offer a chunk.
  int copies(int chunk) {
    return copies[chunk];
  }

  void offered(IndexSet chunks, int delta) {
    chunks.stream().filter(chunk -> chunk < copies.length).forEach(chunk -> copies[chunk] += delta);
    if (delta > 0) {
      offeredOrNew = System.nanoTime();
    }
  }

  Map<Integer, ChunkClaim> claims() {
    return claims;
  }

  /// Notes that somebody fetches a chunk, in place of whoever did before.
  ChunkClaim claim(int chunk, boolean fromPeer) {
    ChunkClaim claim = new ChunkClaim(this, chunk, fromPeer);
    claims.put(chunk, claim);
    return claim;
  }

  BitSet leasedHere() {
    return leasedHere;
  }

  void verified(int chunk, Digest digest) {
    have.set(chunk);
    lacking.clear(chunk);
    digests.putIfAbsent(chunk, digest);
    offeredOrNew = System.nanoTime();
  }

  /// Whether there are offered chunks whose digest is unknown.
  boolean wantsDigests() {
    return lacking.stream().anyMatch(chunk -> copies[chunk] > 0 && !digests.containsKey(chunk));
  }

  /// Whether the digests must be asked of a peer, because the cluster keeps only their root.
  boolean wantsDescription() {
    return seal.isPresent() && wantsDigests();
  }

  /// Takes over what the cluster has agreed.
  ///
  /// @return chunks held here that contradict it
  IndexSet agree(BlobState state) {
    version = state.version();
    seal = state.seal();
    complete = new BitSet();
    if (seal.isPresent()) {
      complete.set(0, extents());
      offeredOrNew = System.nanoTime();
    }
    List<Integer> wrong = new ArrayList<>();
    state
        .completed()
        .forEach(
            (extent, done) -> {
              if (extent >= extents()
                  || done.chunkDigests().size() != endChunk(extent) - firstChunk(extent)) {
                return;
              }
              complete.set(extent);
              for (int i = 0; i < done.chunkDigests().size(); i++) {
                int chunk = firstChunk(extent) + i;
                Digest agreed = done.chunkDigests().get(i);
                digests.put(chunk, agreed);
                if (have.get(chunk) && !ingestion.chunkDigest(chunk).equals(agreed)) {
                  wrong.add(chunk);
                }
              }
              offeredOrNew = System.nanoTime();
            });
    return drop(wrong);
  }

  /// Takes over the digests of a sealed blob that a peer told, when they have the agreed root.
  ///
  /// @return whether they have
  boolean learn(List<Digest> told, Seal agreed) {
    if (told.size() != plan.chunks() || !Merkle.root(told).equals(agreed.merkleRoot())) {
      return false;
    }
    List<Integer> wrong = new ArrayList<>();
    for (int chunk = 0; chunk < told.size(); chunk++) {
      digests.put(chunk, told.get(chunk));
      if (have.get(chunk) && !ingestion.chunkDigest(chunk).equals(told.get(chunk))) {
        wrong.add(chunk);
      }
    }
    drop(wrong);
    return true;
  }

  /// Forgets everything that was verified and agreed, to start the blob anew; once.
  ///
  /// @return false when it was done before: nothing happens then
  boolean startAnew() {
    if (startedAnew) {
      return false;
    }
    startedAnew = true;
    drop(have.stream().boxed().toList());
    digests.clear();
    complete.clear();
    seal = Optional.empty();
    return true;
  }

  private IndexSet drop(List<Integer> chunks) {
    IndexSet dropped = IndexSet.of(chunks);
    if (!dropped.isEmpty()) {
      ingestion.discard(dropped);
      chunks.forEach(have::clear);
      chunks.forEach(lacking::set);
    }
    return dropped;
  }

  /// Extents that are worth a lease: those to fetch, those held here that the cluster does not know
  /// of, and the lost ones.
  LeaseNeed need(long lostAfterNanos) {
    BitSet wanted = new BitSet();
    BitSet lost = new BitSet();
    boolean silent = System.nanoTime() - offeredOrNew > lostAfterNanos;
    for (int extent = 0; extent < extents(); extent++) {
      if (leasedHere.get(extent)) {
        continue;
      }
      int firstLacking = lacking.nextSetBit(firstChunk(extent));
      boolean lacks = firstLacking >= 0 && firstLacking < endChunk(extent);
      if (!complete.get(extent)) {
        wanted.set(extent);
      } else if (lacks && silent && unoffered(extent)) {
        wanted.set(extent);
        lost.set(extent);
      }
    }
    return new LeaseNeed(IndexSet.copyOf(wanted), IndexSet.copyOf(lost));
  }

  private boolean unoffered(int extent) {
    return IntStream.range(firstChunk(extent), endChunk(extent))
        .anyMatch(chunk -> lacking.get(chunk) && copies[chunk] == 0);
  }

  /// Digests of an extent that is held whole.
  List<Digest> digestsOf(int extent) {
    return IntStream.range(firstChunk(extent), endChunk(extent))
        .mapToObj(ingestion::chunkDigest)
        .toList();
  }

  boolean holds(int extent) {
    return have.nextClearBit(firstChunk(extent)) >= endChunk(extent);
  }

  /// Bytes verified so far.
  long haveBytes() {
    return have.stream().mapToLong(chunk -> plan.chunk(chunk).length()).sum();
  }

  /// @param wanted extents to ask a lease for
  /// @param lost those of them that the cluster calls complete but nobody offers
  record LeaseNeed(IndexSet wanted, IndexSet lost) {}
}
