package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.Merkle;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import io.larder.lease.LeaseCommand.Completion;
import io.larder.lease.LeaseReply.Accepted;
import io.larder.lease.LeaseReply.Grant;
import io.larder.lease.LeaseReply.Refused;
import io.larder.lease.TableImage.Decided;
import io.larder.lease.TableImage.Extent;
import io.larder.lease.TableImage.Holding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who may fetch what, and what has been fetched: the state that the cluster agrees on.
///
/// A pure state machine. Time comes in with each command and never runs backwards; nothing else
/// comes in, so equal histories give equal tables on every node. Fencing tokens and versions are
/// drawn from one strictly growing sequence, which starts at the time of the first command: a group
/// whose state was lost and that was set up again hands out larger ones than before.
///
/// A lease that has expired is not taken away until the extent is granted to somebody else: until
/// then its holder may still complete or renew it. Fencing in the sense of Kleppmann, "How to do
/// distributed locking" (2016).
///
/// Not thread-safe. Nothing here throws, whatever a command contains.
public final class LeaseTable {
  // Room for a thousand tokens a millisecond before the next group's would be smaller.
  private static final int SEQUENCE_SHIFT = 10;

  private final TableBounds bounds;

  // Insertion order is the order of the last touch: re-inserted when touched.
  private final Map<BlobId, TrackedBlob> open = new LinkedHashMap<>();
  private final Map<BlobId, TrackedBlob> sealed = new LinkedHashMap<>();
  private final Map<Source, Decided> decisions = new LinkedHashMap<>();

  private final Map<Long, Place> placeByToken = new HashMap<>();
  private long now;
  private long sequence;

  public LeaseTable(TableBounds bounds) {
    this.bounds = bounds;
  }

  /// A table with the content of another.
  public LeaseTable(TableBounds bounds, TableImage image) {
    this.bounds = bounds;
    this.now = image.nowMillis();
    this.sequence = image.sequence();
    for (TableImage.Blob blob : image.open()) {
      TrackedBlob tracked = TrackedBlob.of(blob);
      open.put(tracked.id, tracked);
      tracked
          .leases
          .values()
          .forEach(lease -> placeByToken.put(lease.token(), new Place(tracked, lease.extent())));
    }
    image.sealed().forEach(blob -> sealed.put(blob.id(), TrackedBlob.of(blob)));
    image.decisions().forEach(decided -> decisions.put(decided.decision().source(), decided));
  }

  /// All of it, as values.
  public TableImage image() {
    return new TableImage(
        now,
        sequence,
        open.values().stream().map(TrackedBlob::image).toList(),
        sealed.values().stream().map(TrackedBlob::image).toList(),
        List.copyOf(decisions.values()));
  }

  /// Applies one command.
  ///
  /// @param nowMillis epoch milliseconds; taken as the time of the last command when earlier
  public LeaseReply apply(long nowMillis, LeaseCommand command) {
    now = Math.max(now, nowMillis);
    if (sequence == 0) {
      sequence = now << SEQUENCE_SHIFT;
    }
    forgetIdle();
    return switch (command) {
      case LeaseCommand.Acquire acquire -> acquire(acquire);
      case LeaseCommand.Renew renew -> renew(renew);
      case LeaseCommand.Complete complete -> complete(complete);
      case LeaseCommand.Release release -> release(release);
      case LeaseCommand.SealBlob seal -> seal(seal);
      case LeaseCommand.Discard discard -> discard(discard);
      case LeaseCommand.Reopen reopen -> reopen(reopen);
      case LeaseCommand.Decide decide -> decide(decide);
    };
  }

  /// States of known blobs that are newer than what the caller has.
  public List<BlobState> describe(Map<BlobId, Long> known) {
    List<BlobState> newer = new ArrayList<>();
    known.forEach(
        (id, version) -> {
          TrackedBlob blob = find(id);
          if (blob != null && blob.version > version) {
            newer.add(blob.state(now));
          }
        });
    return newer;
  }

  /// The standing decision about a source, however old.
  public Optional<Decision> decision(Source source) {
    return Optional.ofNullable(decisions.get(source)).map(Decided::decision);
  }

  /// Time of the last command, epoch milliseconds; 0 before the first.
  public long nowMillis() {
    return now;
  }

  public int openBlobs() {
    return open.size();
  }

  public int sealedBlobs() {
    return sealed.size();
  }

  /// Leases that have neither been completed nor given back, live and lapsed.
  public int leases() {
    return placeByToken.size();
  }

  private LeaseReply acquire(LeaseCommand.Acquire request) {
    long expires = expiry(request.ttl());
    long bytes = 0;
    long firstExpiry = Long.MAX_VALUE;
    String conflict = null;
    List<Grant> grants = new ArrayList<>();
    for (LeaseRequest.Want want : request.wants()) {
      if (grants.size() >= request.maxExtents()
          || (!grants.isEmpty() && bytes >= request.maxBytes())) {
        break;
      }
      TrackedBlob known = find(want.blob());
      String objection = objection(want, known);
      if (objection != null) {
        conflict = objection;
        continue;
      }
      TrackedBlob blob =
          known != null ? known : new TrackedBlob(want.blob(), want.plan(), want.extentChunks());
      BitSet free = blob.free(want.extents(), now);
      firstExpiry = Math.min(firstExpiry, firstExpiryIn(blob, want));
      int before = grants.size();
      int extent = free.isEmpty() ? -1 : blob.startFor(request.node(), free);
      for (int left = free.cardinality(); left > 0; left--) {
        extent = free.nextSetBit(extent);
        if (extent < 0) {
          extent = free.nextSetBit(0);
        }
        long size = blob.bytesIn(extent);
        if (grants.size() >= request.maxExtents()
            || (!grants.isEmpty() && bytes + size > request.maxBytes())) {
          break;
        }
        free.clear(extent);
        bytes += size;
        grants.add(grant(blob, extent, request.node(), expires));
      }
      if (grants.size() > before) {
        if (known == null) {
          blob.version = ++sequence;
        }
        touch(open, blob);
      }
    }
    if (!grants.isEmpty()) {
      return new LeaseReply.Granted(List.copyOf(grants));
    }
    if (conflict != null) {
      return new Refused(conflict);
    }
    return new LeaseReply.NoneFree(
        firstExpiry == Long.MAX_VALUE
            ? Duration.ZERO
            : Duration.ofMillis(Math.max(1, firstExpiry - now)));
  }

  private @Nullable String objection(LeaseRequest.Want want, @Nullable TrackedBlob known) {
    if (want.extentChunks() < 1) {
      return want.blob() + " is asked for in extents of " + want.extentChunks() + " chunks";
    }
    if (known == null) {
      return roomForOneMore() ? null : "the lease table is full of blobs being fetched";
    }
    if (known.plan.size() != want.plan().size()) {
      return sizeConflict(known, want.plan().size());
    }
    if (known.seal == null && known.extentChunks != want.extentChunks()) {
      return want.blob()
          + " is being fetched in extents of "
          + known.extentChunks
          + " chunks, not of "
          + want.extentChunks();
    }
    return null;
  }

  private static String sizeConflict(TrackedBlob known, long size) {
    return known.id + " is known to have " + known.plan.size() + " bytes, not " + size;
  }

  private long firstExpiryIn(TrackedBlob blob, LeaseRequest.Want want) {
    return blob.leases.values().stream()
        .filter(lease -> lease.expiresMillis() > now && want.extents().contains(lease.extent()))
        .mapToLong(Holding::expiresMillis)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private Grant grant(TrackedBlob blob, int extent, NodeId node, long expires) {
    long token = ++sequence;
    Holding lapsed = blob.leases.put(extent, new Holding(extent, token, node, expires));
    if (lapsed != null) {
      placeByToken.remove(lapsed.token());
    }
    placeByToken.put(token, new Place(blob, extent));
    return new Grant(blob.id, extent, token);
  }

  private LeaseReply renew(LeaseCommand.Renew request) {
    long expires = expiry(request.ttl());
    List<Long> accepted = new ArrayList<>();
    for (Long token : request.tokens()) {
      Place place = placeOf(token, request.node());
      if (place != null) {
        place.blob.leases.put(
            place.extent, new Holding(place.extent, token, request.node(), expires));
        touch(open, place.blob);
        accepted.add(token);
      }
    }
    return new Accepted(List.copyOf(accepted));
  }

  private LeaseReply release(LeaseCommand.Release request) {
    List<Long> accepted = new ArrayList<>();
    for (Long token : request.tokens()) {
      Place place = placeOf(token, request.node());
      if (place != null) {
        drop(place.blob, place.lease());
        accepted.add(token);
      }
    }
    return new Accepted(List.copyOf(accepted));
  }

  private LeaseReply complete(LeaseCommand.Complete request) {
    List<Long> accepted = new ArrayList<>();
    for (Completion completion : request.completions()) {
      if (complete(request.node(), completion)) {
        accepted.add(completion.token());
      }
    }
    return new Accepted(List.copyOf(accepted));
  }

  private boolean complete(NodeId node, Completion completion) {
    TrackedBlob blob = find(completion.blob());
    if (blob == null) {
      return false;
    }
    Extent done = blob.completed.get(completion.extent());
    if (done != null || blob.seal != null) {
      long by = done != null ? done.token() : blob.sealToken;
      return by != 0 && by == completion.token();
    }
    Holding lease = blob.leases.get(completion.extent());
    List<Digest> digests = completion.chunkDigests();
    if (lease == null
        || lease.token() != completion.token()
        || !lease.node().equals(node)
        || digests.size() != blob.chunksIn(completion.extent())) {
      return false;
    }
    boolean single = blob.plan.chunks() == 1;
    if (single
        && blob.id instanceof BlobId.Sha256(Digest declared)
        && !declared.equals(digests.getFirst())) {
      return false;
    }
    drop(blob, lease);
    if (single) {
      // The digest of the only chunk is the digest of the content.
      blob.sealToken = completion.token();
      close(blob, new Seal(digests.getFirst(), Merkle.root(digests)));
    } else {
      blob.version = ++sequence;
      blob.completed.put(
          completion.extent(),
          new Extent(
              completion.extent(), node, completion.token(), blob.version, List.copyOf(digests)));
      touch(open, blob);
    }
    return true;
  }

  private LeaseReply seal(LeaseCommand.SealBlob request) {
    TrackedBlob known = find(request.blob());
    if (known != null && known.plan.size() != request.size()) {
      return new Refused(sizeConflict(known, request.size()));
    }
    if (known != null && known.seal != null) {
      touch(sealed, known);
      return new LeaseReply.SealStands(known.seal);
    }
    Seal seal = request.seal();
    if (request.blob() instanceof BlobId.Sha256(Digest declared)
        && !declared.equals(seal.content())) {
      return new Refused(request.blob() + " cannot have content of another digest");
    }
    Optional<Digest> recorded = known == null ? Optional.empty() : known.merkleRoot();
    if (recorded.isPresent() && !recorded.get().equals(seal.merkleRoot())) {
      return new Refused(
          request.blob() + " is sealed with other chunks than were recorded; discard those first");
    }
    TrackedBlob blob =
        known != null
            ? known
            : new TrackedBlob(
                request.blob(),
                new ChunkPlan(request.size()),
                Math.max(1, new ChunkPlan(request.size()).chunksPerExtent()));
    close(blob, seal);
    return new LeaseReply.SealStands(seal);
  }

  private void close(TrackedBlob blob, Seal seal) {
    List.copyOf(blob.leases.values()).forEach(lease -> drop(blob, lease));
    blob.completed.clear();
    blob.seal = seal;
    blob.version = ++sequence;
    open.remove(blob.id);
    touch(sealed, blob);
    if (sealed.size() > bounds.sealedBlobs()) {
      sealed.remove(sealed.keySet().iterator().next());
    }
  }

  private LeaseReply discard(LeaseCommand.Discard request) {
    TrackedBlob blob = find(request.blob());
    if (blob != null) {
      blob.completed.clear();
      unseal(blob);
    }
    return new Accepted(List.of());
  }

  private LeaseReply reopen(LeaseCommand.Reopen request) {
    TrackedBlob blob = find(request.blob());
    boolean reopened =
        blob != null
            && (blob.seal != null
                ? !request.extents().isEmpty() && blob.version <= request.version()
                : blob.completed
                    .values()
                    .removeIf(
                        extent ->
                            extent.version() <= request.version()
                                && request.extents().contains(extent.index())));
    if (blob != null && reopened) {
      unseal(blob);
    }
    return new Accepted(List.of());
  }

  private void unseal(TrackedBlob blob) {
    blob.seal = null;
    blob.sealToken = 0;
    blob.version = ++sequence;
    sealed.remove(blob.id);
    touch(open, blob);
    if (open.size() > bounds.openBlobs()) {
      forget(open.values().iterator().next());
    }
  }

  private LeaseReply decide(LeaseCommand.Decide request) {
    Source source = request.proposal().source();
    Decided standing = decisions.get(source);
    if (standing != null && now - standing.atMillis() < request.fresh().toMillis()) {
      return new LeaseReply.DecisionStands(standing.decision());
    }
    decisions.remove(source);
    decisions.put(source, new Decided(request.proposal(), now));
    if (decisions.size() > bounds.decisions()) {
      decisions.remove(decisions.keySet().iterator().next());
    }
    return new LeaseReply.DecisionStands(request.proposal());
  }

  private long expiry(Duration ttl) {
    return now + Math.clamp(ttl.toMillis(), 1, Duration.ofHours(1).toMillis());
  }

  private @Nullable TrackedBlob find(BlobId id) {
    TrackedBlob blob = open.get(id);
    return blob != null ? blob : sealed.get(id);
  }

  /// Where the lease with this token is, when it is this node's.
  private @Nullable Place placeOf(long token, NodeId node) {
    Place place = placeByToken.get(token);
    return place != null && place.lease().node().equals(node) ? place : null;
  }

  private record Place(TrackedBlob blob, int extent) {
    Holding lease() {
      return Objects.requireNonNull(blob.leases.get(extent));
    }
  }

  private void drop(TrackedBlob blob, Holding lease) {
    blob.leases.remove(lease.extent());
    placeByToken.remove(lease.token());
  }

  private void touch(Map<BlobId, TrackedBlob> order, TrackedBlob blob) {
    blob.touchedMillis = now;
    order.remove(blob.id);
    order.put(blob.id, blob);
  }

  private boolean roomForOneMore() {
    if (open.size() < bounds.openBlobs()) {
      return true;
    }
    TrackedBlob eldest = open.values().iterator().next();
    if (eldest.hasLiveLease(now)) {
      return false;
    }
    forget(eldest);
    return true;
  }

  private void forgetIdle() {
    while (!open.isEmpty()) {
      TrackedBlob eldest = open.values().iterator().next();
      if (now - eldest.touchedMillis < bounds.openIdle().toMillis()) {
        return;
      }
      forget(eldest);
    }
  }

  private void forget(TrackedBlob blob) {
    blob.leases.values().forEach(lease -> placeByToken.remove(lease.token()));
    open.remove(blob.id);
  }
}
