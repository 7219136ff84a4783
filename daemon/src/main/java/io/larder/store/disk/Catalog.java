package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.Ingester;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// What a store holds and who uses it, in memory: names, partial blobs, reservations, bytes. One
/// lock, never held while the disk works. Thread-safe.
final class Catalog {
  private final long capacity;
  private final LongSupplier diskFree;

  /// Committed blobs under all their names.
  private final Map<BlobId, Stored> names = new HashMap<>();

  private final Map<BlobId, Filling> fillings = new HashMap<>();
  private final Map<BlobId, Hold> holds = new HashMap<>();

  /// Partial blobs whose files are being made or removed right now.
  private final Set<BlobId> changing = new HashSet<>();

  private long stored;
  private long used;
  private long reserved;

  /// Bytes of partial blobs that have no blocks on the disk yet.
  private long unallocated;

  /// @param capacity in bytes
  /// @param diskFree asks the disk for the bytes that may still be filled
  Catalog(long capacity, LongSupplier diskFree) {
    this.capacity = capacity;
    this.diskFree = diskFree;
  }

  synchronized Optional<Stored> stored(BlobId id) {
    return Optional.ofNullable(names.get(id));
  }

  synchronized List<Stored> stored() {
    return names.entrySet().stream()
        .filter(entry -> entry.getKey() instanceof BlobId.Sha256)
        .map(Map.Entry::getValue)
        .toList();
  }

  synchronized List<BlobId> names() {
    Set<BlobId> all = new LinkedHashSet<>(names.keySet());
    all.addAll(fillings.keySet());
    return List.copyOf(all);
  }

  synchronized List<Filling> fillings() {
    return List.copyOf(fillings.values());
  }

  synchronized Ingester.Usage usage() {
    return new Ingester.Usage(capacity, used, reserved, stored);
  }

  /// Counts a reader of the blob.
  synchronized Optional<Opened> open(BlobId id) {
    Stored blob = names.get(id);
    if (blob != null) {
      blob.open++;
      return Optional.of(new Opened(Optional.of(blob), Optional.empty()));
    }
    Filling filling = fillings.get(id);
    if (filling != null) {
      filling.handles++;
      return Optional.of(new Opened(Optional.empty(), Optional.of(filling)));
    }
    return Optional.empty();
  }

  synchronized void closed(Opened opened) {
    opened.stored().ifPresent(blob -> blob.open--);
    opened
        .filling()
        .ifPresent(
            filling -> {
              Stored published = filling.published;
              if (published != null) {
                published.open--;
              } else {
                filling.handles--;
              }
            });
  }

  synchronized ReservationOutcome reserve(Map<BlobId, Long> sizes) {
    long wanted = 0;
    for (Map.Entry<BlobId, Long> entry : sizes.entrySet()) {
      BlobId id = entry.getKey();
      long size = entry.getValue();
      if (size < 0) {
        throw new LarderException(ErrorKind.INVALID, id + " cannot have " + size + " bytes");
      }
      Optional<Long> known = knownSize(id);
      if (known.isEmpty()) {
        wanted = Math.addExact(wanted, size);
      } else if (known.get() != size) {
        throw new LarderException(
            ErrorKind.INVALID,
            id
                + " has "
                + known.get()
                + " bytes here, but "
                + size
                + " were asked for: one blob cannot have two sizes; remove it first if the one here"
                + " is wrong");
      }
    }
    long budget = capacity - used - reserved;
    long free =
        wanted == 0 ? budget : Math.min(budget, diskFree.getAsLong() - reserved - unallocated);
    if (wanted > free && wanted > 0) {
      return new ReservationOutcome.Short(wanted, Math.max(0, free), capacity);
    }
    DiskReservation reservation = new DiskReservation(this, sizes);
    sizes.forEach(
        (id, size) -> {
          Hold hold = holds.get(id);
          if (hold == null) {
            boolean charged = !names.containsKey(id) && !fillings.containsKey(id);
            hold = new Hold(size, charged);
            holds.put(id, hold);
            reserved += charged ? size : 0;
          }
          hold.count++;
        });
    return new ReservationOutcome.Reserved(reservation);
  }

  private Optional<Long> knownSize(BlobId id) {
    Stored blob = names.get(id);
    if (blob != null) {
      return Optional.of(blob.plan.size());
    }
    Filling filling = fillings.get(id);
    if (filling != null) {
      return Optional.of(filling.plan.size());
    }
    return Optional.ofNullable(holds.get(id)).map(hold -> hold.size);
  }

  synchronized void release(DiskReservation reservation) {
    if (reservation.released) {
      return;
    }
    reservation.released = true;
    for (BlobId id : reservation.sizes().keySet()) {
      Hold hold = holds.get(id);
      if (hold != null && --hold.count == 0) {
        holds.remove(id);
        reserved -= hold.charged ? hold.size : 0;
      }
    }
  }

  /// Claims a blob for filling.
  ///
  /// @return what there is of it; or empty, and the caller makes a file and calls [#begun] or
  ///   [#notBegun]
  synchronized Optional<Filling> begin(BlobId id, Reservation reservation) {
    if (!(reservation instanceof DiskReservation covering)
        || covering.released
        || !covering.sizes().containsKey(id)) {
      throw new LarderException(
          ErrorKind.INVALID, id + " is not covered by the reservation, or that was closed");
    }
    if (names.containsKey(id)) {
      throw new LarderException(ErrorKind.CONFLICT, id + " is in the store already");
    }
    Filling filling = fillings.get(id);
    if (changing.contains(id) || (filling != null && filling.ingesting)) {
      throw new LarderException(
          ErrorKind.CONFLICT, id + " is being filled already; wait for that to end");
    }
    if (filling != null) {
      filling.ingesting = true;
      return Optional.of(filling);
    }
    changing.add(id);
    return Optional.empty();
  }

  /// The file is there: what was reserved is used now.
  synchronized void begun(Filling filling) {
    filling.ingesting = true;
    add(filling);
    changing.remove(filling.id);
    Hold hold = holds.get(filling.id);
    if (hold != null && hold.charged) {
      hold.charged = false;
      reserved -= hold.size;
    }
  }

  synchronized void notBegun(BlobId id) {
    changing.remove(id);
  }

  /// What an earlier process left.
  synchronized void add(Filling filling) {
    fillings.put(filling.id, filling);
    used += filling.plan.size();
    unallocated += filling.unallocated;
  }

  /// Bytes of a chunk have reached the disk's blocks.
  synchronized void allocated(Filling filling, long bytes) {
    long now = Math.min(bytes, filling.unallocated);
    filling.unallocated -= now;
    unallocated -= now;
  }

  /// Takes over a blob that an earlier process committed.
  synchronized void add(Stored blob) {
    if (names.put(blob.id(), blob) == null) {
      stored++;
      used += blob.plan.size();
    }
    blob.aliases().forEach(alias -> names.put(alias, blob));
  }

  /// The blob is complete under its name, and under that of its content.
  ///
  /// @return the names that are new
  synchronized List<BlobId> publish(Filling filling, Seal seal, Instant now) {
    List<BlobId> fresh = new ArrayList<>();
    BlobId content = new BlobId.Sha256(seal.content());
    drop(filling);
    Stored blob = names.get(content);
    if (blob == null) {
      blob = new Stored(seal, filling.plan.size(), now);
      add(blob);
      fresh.add(content);
    }
    blob.use(now);
    if (filling.id instanceof BlobId.Pinned pinned) {
      blob.addAlias(pinned);
      names.put(pinned, blob);
      fresh.add(pinned);
    } else if (fresh.isEmpty()) {
      fresh.add(content);
    }
    blob.open += filling.handles;
    filling.handles = 0;
    filling.published = blob;
    filling.ingesting = false;
    return fresh;
  }

  private void drop(Filling filling) {
    if (fillings.remove(filling.id, filling)) {
      used -= filling.plan.size();
      unallocated -= filling.unallocated;
    }
  }

  /// Nobody fills the blob any more.
  ///
  /// @return whether what there is of it can go because the blob is complete under the same name;
  ///   the caller removes it and calls [#removed]
  synchronized boolean ended(Filling filling) {
    filling.ingesting = false;
    boolean superseded =
        filling.published == null && names.containsKey(filling.id) && filling.handles == 0;
    if (superseded) {
      drop(filling);
      changing.add(filling.id);
    }
    return superseded;
  }

  /// Takes a blob out unless it is in use. The caller removes the file.
  synchronized Optional<Stored> takeStored(Digest content) {
    Stored blob = names.get(new BlobId.Sha256(content));
    if (blob == null) {
      return Optional.empty();
    }
    if (blob.open > 0) {
      throw inUse(blob.id(), "open");
    }
    for (BlobId name : blob.names()) {
      checkNotHeld(name);
    }
    blob.names().forEach(names::remove);
    stored--;
    used -= blob.plan.size();
    return Optional.of(blob);
  }

  /// Takes a partial blob out unless it is in use. The caller removes the file and calls
  /// [#removed].
  synchronized Optional<Filling> takeFilling(BlobId id) {
    Filling filling = fillings.get(id);
    if (filling == null) {
      return Optional.empty();
    }
    if (filling.ingesting || changing.contains(id)) {
      throw inUse(id, "being filled");
    }
    if (filling.handles > 0) {
      throw inUse(id, "open");
    }
    checkNotHeld(id);
    drop(filling);
    changing.add(id);
    return Optional.of(filling);
  }

  synchronized void removed(BlobId id) {
    changing.remove(id);
  }

  private void checkNotHeld(BlobId id) {
    if (holds.containsKey(id)) {
      throw inUse(id, "reserved by a request");
    }
  }

  private static LarderException inUse(BlobId id, String how) {
    return new LarderException(
        ErrorKind.CONFLICT, id + " cannot be removed while it is " + how + "; try again later");
  }

  /// What a reader holds: exactly one of both.
  record Opened(Optional<Stored> stored, Optional<Filling> filling) {}

  private static final class Hold {
    private final long size;

    /// Whether its bytes are counted as reserved.
    private boolean charged;

    private int count;

    private Hold(long size, boolean charged) {
      this.size = size;
      this.charged = charged;
    }
  }
}
