package io.larder.store.disk;

import io.larder.concurrent.Closer;
import io.larder.concurrent.Ticker;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobHandle;
import io.larder.store.BlobInfo;
import io.larder.store.ContentStore;
import io.larder.store.Ingestion;
import io.larder.store.Records;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import io.larder.store.Subscription;
import io.larder.store.VerifiedListener;
import io.larder.store.rocks.Batch;
import io.larder.store.rocks.RocksIndex;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store of a node: plain files in a folder, an index beside them.
///
/// ```
/// <data>/blobs/sha256/ab/<hex>     complete, verified, read-only
/// <data>/partial/<id>.<number>     being filled
/// <data>/index/                    see RocksIndex
/// <data>/lock                      held while the store is open
/// ```
///
/// [BlobCommit] has the order of a commit, [Recovery] what happens when a store is opened,
/// [Filling] when a chunk is trusted. Thread-safe; the opener closes.
public final class DiskStore implements ContentStore {
  private static final Logger log = LoggerFactory.getLogger(DiskStore.class);

  /// How much younger than the index a last use may be before the index is told.
  private static final Duration USE_PRECISION = Duration.ofMinutes(1);

  private final Folders folders;
  private final StoreOptions options;
  private final RocksIndex index;
  private final Catalog catalog;
  private final ContentLocks locks = new ContentLocks();
  private final BlobCommit commit;
  private final Listeners listeners = new Listeners();
  private final Closer closer;
  private volatile boolean closed;

  private DiskStore(
      Folders folders, StoreOptions options, RocksIndex index, CommitSteps steps, Closer closer) {
    this.folders = folders;
    this.options = options;
    this.index = index;
    this.closer = closer;
    this.catalog = new Catalog(options.capacityBytes(), this::diskFree);
    this.commit = new BlobCommit(folders, index, catalog, locks, steps);
  }

  /// Opens the store in a folder, or makes one there, and mends what the last process left undone.
  ///
  /// @throws LarderException CONFLICT when another process has the folder open, DENIED when it
  ///   cannot be written, INTERNAL when the disk fails
  public static DiskStore open(Path data, StoreOptions options) {
    return open(data, options, CommitSteps.UNWATCHED);
  }

  /// The same, with somebody who is told of the steps of each commit.
  public static DiskStore open(Path data, StoreOptions options, CommitSteps steps) {
    Folders folders = new Folders(data);
    Closer closer = new Closer();
    try {
      closer.register(DataLock.take(folders));
      RocksIndex index = closer.register(RocksIndex.open(folders.index()));
      DiskStore store = new DiskStore(folders, options, index, steps, closer);
      new Recovery(folders, index, store.catalog, store.commit, options.syncBytes()).run();
      closer.register(Ticker.start("store-sync", options.syncInterval(), store::syncWhatIsFilled));
      return store;
    } catch (IOException e) {
      closer.close();
      throw DiskFailure.of("opening the store " + folders.data(), e);
    } catch (RuntimeException e) {
      closer.close();
      throw e;
    }
  }

  /// Durable records for the layers above, kept beside the index.
  public Records records() {
    return index.records();
  }

  @Override
  public Optional<BlobHandle> open(BlobId id) {
    checkOpen();
    Optional<Catalog.Opened> opened = catalog.open(id);
    opened.flatMap(Catalog.Opened::stored).ifPresent(blob -> used(List.of(blob), USE_PRECISION));
    return opened.map(what -> new DiskHandle(this, id, what, catalog, folders, index));
  }

  @Override
  public Optional<BlobInfo> find(BlobId id) {
    checkOpen();
    return catalog.stored(id).map(blob -> info(id, blob));
  }

  private static BlobInfo info(BlobId id, Stored blob) {
    return new BlobInfo(id, blob.seal, blob.plan.size(), blob.lastUsed());
  }

  @Override
  public List<BlobId> missing(Collection<BlobId> ids) {
    checkOpen();
    return ids.stream().filter(id -> catalog.stored(id).isEmpty()).toList();
  }

  @Override
  public List<BlobInfo> list() {
    checkOpen();
    return catalog.stored().stream().map(blob -> info(blob.id(), blob)).toList();
  }

  @Override
  public List<BlobId> names() {
    checkOpen();
    return catalog.names();
  }

  @Override
  public void link(BlobId id, Path target) {
    // Open while linking, so that it is not removed.
    try (BlobHandle handle = open(id).filter(found -> found.seal().isPresent()).orElse(null)) {
      if (handle == null) {
        throw new LarderException(
            ErrorKind.NOT_FOUND, id + " is not complete in the store; fetch it first");
      }
      Path file = folders.blob(handle.seal().orElseThrow().content());
      try {
        Files.createLink(target, file);
      } catch (FileAlreadyExistsException e) {
        throw new LarderException(
            ErrorKind.CONFLICT, target + " exists already and is not replaced", e);
      } catch (FileSystemException e) {
        if (!String.valueOf(e.getReason()).contains("Too many links")) {
          throw e;
        }
        // ext4 gives a file 65,000 names; a model with more equal files gets a copy.
        Files.copy(file, target);
        Folders.makeReadOnly(target);
      }
    } catch (IOException e) {
      throw DiskFailure.of("linking " + id + " to " + target, e);
    }
  }

  @Override
  public void touch(Collection<BlobId> ids) {
    checkOpen();
    used(ids.stream().flatMap(id -> catalog.stored(id).stream()).toList(), Duration.ZERO);
  }

  private void used(List<Stored> blobs, Duration precision) {
    Instant now = Instant.now();
    blobs.forEach(blob -> blob.use(now));
    List<Stored> stale =
        blobs.stream()
            .filter(blob -> blob.indexedUse().plus(precision).compareTo(blob.lastUsed()) < 0)
            .toList();
    if (!stale.isEmpty()) {
      try (Batch batch = index.batch()) {
        stale.forEach(blob -> batch.putUse(blob.seal.content(), blob.lastUsed()));
        batch.write();
      }
      stale.forEach(blob -> blob.indexed(now));
    }
  }

  @Override
  public Subscription onVerified(VerifiedListener listener) {
    return listeners.add(listener);
  }

  @Override
  public ReservationOutcome reserve(Map<BlobId, Long> sizes) {
    checkOpen();
    return catalog.reserve(sizes);
  }

  private long diskFree() {
    try {
      return Files.getFileStore(folders.partial()).getUsableSpace() - options.keepFreeBytes();
    } catch (IOException e) {
      throw DiskFailure.of("asking for the free space of " + folders.data(), e);
    }
  }

  @Override
  public Ingestion begin(BlobId id, Reservation reservation) {
    checkOpen();
    Filling filling = catalog.begin(id, reservation).orElseGet(() -> create(id, reservation));
    return new DiskIngestion(this, filling, catalog, commit, listeners);
  }

  private Filling create(BlobId id, Reservation reservation) {
    long size = reservation.sizes().getOrDefault(id, 0L);
    long number = ThreadLocalRandom.current().nextLong();
    Path file = folders.partial(id, number);
    boolean created = false;
    try {
      Filling filling = new Filling(id, size, number, file, index, options.syncBytes());
      Folders.createPartial(file);
      // The bytes of a small blob come at once; setting its blocks aside takes longer than that.
      boolean allocated = size > ChunkPlan.CHUNK_SIZE && Preallocation.allocate(file, size);
      filling.unallocated = allocated ? 0 : size;
      try (Batch batch = index.batch()) {
        batch.putPartial(new RocksIndex.Partial(id, size, number, Optional.empty())).write();
      }
      catalog.begun(filling);
      created = true;
      return filling;
    } catch (IOException e) {
      throw DiskFailure.of("setting " + size + " bytes aside for " + id, e);
    } finally {
      if (!created) {
        catalog.notBegun(id);
        deleteQuietly(file);
      }
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("{} was not deleted; the next start does it", file, e);
    }
  }

  @Override
  public long remove(BlobId id) {
    checkOpen();
    try {
      Optional<Stored> stored = catalog.stored(id);
      return stored.isPresent() ? removeStored(stored.get().seal.content()) : removePartial(id);
    } catch (IOException e) {
      throw DiskFailure.of("removing " + id, e);
    }
  }

  private long removeStored(Digest content) throws IOException {
    Optional<Stored> taken;
    Lock lock = locks.of(content);
    lock.lock();
    try {
      taken = catalog.takeStored(content);
      if (taken.isPresent()) {
        // The file first: a record without a file is forgotten by the next start, but a file
        // without
        // a record would have to be hashed.
        Files.deleteIfExists(folders.blob(content));
        try (Batch batch = index.batch()) {
          batch.deleteBlob(content);
          taken.get().aliases().forEach(batch::deleteAlias);
          batch.write();
        }
      }
    } finally {
      lock.unlock();
    }
    taken.ifPresent(
        blob -> blob.names().forEach(name -> listeners.tell(listener -> listener.removed(name))));
    return taken.map(blob -> blob.plan.size()).orElse(0L);
  }

  private long removePartial(BlobId id) throws IOException {
    Optional<Filling> taken = catalog.takeFilling(id);
    if (taken.isEmpty()) {
      return 0;
    }
    try {
      taken.get().remove();
    } finally {
      catalog.removed(id);
    }
    listeners.tell(listener -> listener.removed(id));
    return taken.get().plan.size();
  }

  @Override
  public Usage usage() {
    checkOpen();
    return catalog.usage();
  }

  void checkOpen() {
    if (closed) {
      throw new LarderException(ErrorKind.UNAVAILABLE, "the store is closed");
    }
  }

  private void syncWhatIsFilled() {
    catalog.fillings().forEach(Filling::syncIfIdle);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      for (Filling filling : catalog.fillings()) {
        filling.settling.lock();
        try {
          filling.sync();
        } finally {
          filling.settling.unlock();
        }
      }
      try (Batch batch = index.batch()) {
        catalog.stored().stream()
            .filter(blob -> blob.lastUsed().isAfter(blob.indexedUse()))
            .forEach(blob -> batch.putUse(blob.seal.content(), blob.lastUsed()));
        batch.write();
      }
    } finally {
      closer.close();
    }
  }
}
