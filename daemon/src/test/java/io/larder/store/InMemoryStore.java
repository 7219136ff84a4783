package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A store that lives as long as the object. Everything but the bytes is in memory; those are in a
/// temporary folder, because readers are promised file channels. One lock for all.
public final class InMemoryStore implements ContentStore {
  private final long capacity;
  private final Path folder;
  private final Map<BlobId, MemoryBlob> blobs = new HashMap<>();
  private final Map<BlobId, Hold> holds = new HashMap<>();
  private final List<VerifiedListener> listeners = new CopyOnWriteArrayList<>();
  private final Records records = new InMemoryRecords();
  private long files;
  private boolean closed;

  /// @param capacity in bytes
  public InMemoryStore(long capacity) {
    this.capacity = capacity;
    try {
      this.folder = Files.createTempDirectory("larder-store");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// With room for a TiB.
  public InMemoryStore() {
    this(1L << 40);
  }

  public Records records() {
    return records;
  }

  @Override
  public synchronized Optional<BlobHandle> open(BlobId id) {
    checkOpen();
    MemoryBlob blob = blobs.get(id);
    if (blob == null) {
      return Optional.empty();
    }
    blob.open++;
    blob.lastUsed = Instant.now();
    return Optional.of(new MemoryHandle(this, id, blob));
  }

  @Override
  public synchronized Optional<BlobInfo> find(BlobId id) {
    checkOpen();
    MemoryBlob blob = blobs.get(id);
    return blob == null || blob.seal == null
        ? Optional.empty()
        : Optional.of(new BlobInfo(id, blob.seal, blob.plan.size(), blob.lastUsed));
  }

  @Override
  public List<BlobId> missing(Collection<BlobId> ids) {
    return ids.stream().filter(id -> find(id).isEmpty()).toList();
  }

  @Override
  public synchronized List<BlobInfo> list() {
    return blobs.keySet().stream()
        .filter(BlobId.Sha256.class::isInstance)
        .flatMap(id -> find(id).stream())
        .toList();
  }

  @Override
  public synchronized List<BlobId> names() {
    checkOpen();
    return List.copyOf(blobs.keySet());
  }

  @Override
  public synchronized void link(BlobId id, Path target) {
    checkOpen();
    MemoryBlob blob = blobs.get(id);
    if (blob == null || blob.seal == null) {
      throw new LarderException(ErrorKind.NOT_FOUND, id + " is not in the store");
    }
    try {
      Files.createLink(target, blob.file);
    } catch (FileAlreadyExistsException e) {
      throw new LarderException(ErrorKind.CONFLICT, target + " exists already", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void touch(Collection<BlobId> ids) {
    checkOpen();
    ids.stream()
        .flatMap(id -> Stream.ofNullable(blobs.get(id)))
        .forEach(blob -> blob.lastUsed = Instant.now());
  }

  @Override
  public Subscription onVerified(VerifiedListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public synchronized ReservationOutcome reserve(Map<BlobId, Long> sizes) {
    checkOpen();
    long wanted = 0;
    for (Map.Entry<BlobId, Long> entry : sizes.entrySet()) {
      MemoryBlob blob = blobs.get(entry.getKey());
      Hold hold = holds.get(entry.getKey());
      if (blob != null) {
        checkSize(entry.getKey(), blob.plan.size(), entry.getValue());
      } else if (hold != null) {
        checkSize(entry.getKey(), hold.size, entry.getValue());
      } else {
        wanted += entry.getValue();
      }
    }
    Usage usage = usage();
    long free = usage.capacity() - usage.used() - usage.reserved();
    if (wanted > free) {
      return new ReservationOutcome.Short(wanted, Math.max(0, free), capacity);
    }
    sizes.forEach((id, size) -> holds.computeIfAbsent(id, _ -> new Hold(size)).count++);
    return new ReservationOutcome.Reserved(new MemoryReservation(Map.copyOf(sizes)));
  }

  private static void checkSize(BlobId id, long known, long asked) {
    if (known != asked) {
      throw new LarderException(
          ErrorKind.INVALID, id + " has " + known + " bytes here, not " + asked);
    }
  }

  @Override
  public synchronized Ingestion begin(BlobId id, Reservation reservation) {
    checkOpen();
    if (!(reservation instanceof MemoryReservation mine)
        || mine.released
        || !mine.sizes.containsKey(id)) {
      throw new LarderException(ErrorKind.INVALID, id + " is not covered by the reservation");
    }
    MemoryBlob blob = blobs.get(id);
    if (blob == null) {
      blob = new MemoryBlob(mine.sizes.get(id), folder.resolve("" + files++));
      blobs.put(id, blob);
    } else if (blob.seal != null || blob.filling) {
      throw new LarderException(
          ErrorKind.CONFLICT,
          id + (blob.filling ? " is being filled already" : " is in the store already"));
    }
    blob.filling = true;
    return new MemoryIngestion(this, id, blob);
  }

  @Override
  public long remove(BlobId id) {
    List<BlobId> removed = new ArrayList<>();
    long freed;
    synchronized (this) {
      checkOpen();
      MemoryBlob blob = blobs.get(id);
      if (blob == null) {
        return 0;
      }
      for (Map.Entry<BlobId, MemoryBlob> entry : blobs.entrySet()) {
        if (entry.getValue() == blob) {
          if (blob.open > 0 || blob.filling || holds.containsKey(entry.getKey())) {
            throw new LarderException(ErrorKind.CONFLICT, entry.getKey() + " is in use");
          }
          removed.add(entry.getKey());
        }
      }
      blobs.keySet().removeAll(removed);
      blob.delete();
      freed = blob.plan.size();
    }
    removed.forEach(name -> tell(listener -> listener.removed(name)));
    return freed;
  }

  @Override
  public synchronized Usage usage() {
    checkOpen();
    Set<MemoryBlob> distinct = new HashSet<>(blobs.values());
    long used = distinct.stream().mapToLong(blob -> blob.plan.size()).sum();
    long committed = distinct.stream().filter(blob -> blob.seal != null).count();
    long reserved =
        holds.entrySet().stream()
            .filter(entry -> !blobs.containsKey(entry.getKey()))
            .mapToLong(entry -> entry.getValue().size)
            .sum();
    return new Usage(capacity, used, reserved, committed);
  }

  /// Makes a complete blob visible; the one that is there already wins.
  ///
  /// @return the names under which it is new
  List<BlobId> publish(BlobId id, MemoryBlob blob, Seal seal) {
    List<BlobId> names = new ArrayList<>();
    names.add(id);
    BlobId content = new BlobId.Sha256(seal.content());
    MemoryBlob present = blobs.get(content);
    blob.seal = seal;
    blob.lastUsed = Instant.now();
    if (present != null && present.seal != null && present != blob) {
      present.open += blob.open;
      blob.sameAs = present;
      blob.delete();
      blobs.put(id, present);
    } else {
      blobs.put(id, blob);
      if (blobs.put(content, blob) != blob) {
        names.add(content);
      }
    }
    return names;
  }

  void tell(Consumer<VerifiedListener> event) {
    listeners.forEach(event);
  }

  void checkOpen() {
    if (closed) {
      throw new LarderException(ErrorKind.UNAVAILABLE, "the store is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Hold {
    private final long size;
    private int count;

    private Hold(long size) {
      this.size = size;
    }
  }

  private final class MemoryReservation implements Reservation {
    private final Map<BlobId, Long> sizes;
    private boolean released;

    private MemoryReservation(Map<BlobId, Long> sizes) {
      this.sizes = sizes;
    }

    @Override
    public Map<BlobId, Long> sizes() {
      return sizes;
    }

    @Override
    public void close() {
      synchronized (InMemoryStore.this) {
        if (!released) {
          released = true;
          sizes
              .keySet()
              .forEach(
                  id -> holds.computeIfPresent(id, (_, hold) -> --hold.count == 0 ? null : hold));
        }
      }
    }
  }
}
