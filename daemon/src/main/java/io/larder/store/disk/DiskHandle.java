package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobHandle;
import io.larder.store.rocks.RocksIndex;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A blob that somebody reads.
final class DiskHandle implements BlobHandle {
  private final DiskStore store;
  private final BlobId id;
  private final Catalog.Opened opened;
  private final Catalog catalog;
  private final Folders folders;
  private final RocksIndex index;
  private @Nullable FileChannel channel;
  private @Nullable List<Digest> storedDigests;
  private boolean closed;

  DiskHandle(
      DiskStore store,
      BlobId id,
      Catalog.Opened opened,
      Catalog catalog,
      Folders folders,
      RocksIndex index) {
    this.store = store;
    this.id = id;
    this.opened = opened;
    this.catalog = catalog;
    this.folders = folders;
    this.index = index;
  }

  @Override
  public BlobId id() {
    return id;
  }

  @Override
  public ChunkPlan plan() {
    return opened.stored().map(blob -> blob.plan).orElseGet(() -> filling().plan);
  }

  @Override
  public Optional<Seal> seal() {
    return stored().map(blob -> blob.seal);
  }

  @Override
  public IndexSet verified() {
    return opened.stored().isPresent() ? IndexSet.range(0, plan().chunks()) : filling().verified();
  }

  @Override
  public Digest chunkDigest(int chunk) {
    return opened.stored().isPresent()
        ? storedDigest(opened.stored().get(), chunk)
        : filling().chunkDigest(chunk);
  }

  private synchronized Digest storedDigest(Stored blob, int chunk) {
    List<Digest> digests = storedDigests;
    if (digests == null) {
      digests = index.chunkDigests(blob.seal.content());
      storedDigests = digests;
    }
    if (chunk < 0 || chunk >= digests.size()) {
      throw new IllegalStateException("chunk " + chunk + " of " + id + " is not verified");
    }
    return digests.get(chunk);
  }

  @Override
  public synchronized FileChannel channel() {
    store.checkOpen();
    if (closed) {
      throw new LarderException(ErrorKind.UNAVAILABLE, "the handle of " + id + " is closed");
    }
    if (channel == null || !channel.isOpen()) {
      try {
        channel = openChannel();
      } catch (IOException e) {
        throw DiskFailure.of("reading " + id, e);
      }
    }
    return channel;
  }

  private FileChannel openChannel() throws IOException {
    Optional<Stored> stored = stored();
    if (stored.isPresent()) {
      return open(folders.blob(stored.get().seal.content()));
    }
    try {
      return open(filling().file);
    } catch (NoSuchFileException e) {
      // It was renamed by a commit that is about to be published.
      Seal decided = filling().decided;
      if (decided == null) {
        throw e;
      }
      return open(folders.blob(decided.content()));
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  private Optional<Stored> stored() {
    return opened.stored().or(() -> Optional.ofNullable(filling().published));
  }

  private Filling filling() {
    return opened.filling().orElseThrow();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    catalog.closed(opened);
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw DiskFailure.of("closing " + id, e);
      }
    }
  }
}
