package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// An open blob of an [InMemoryStore].
final class MemoryHandle implements BlobHandle {
  private final InMemoryStore store;
  private final BlobId id;
  private final MemoryBlob blob;
  private FileChannel channel;
  private boolean closed;

  MemoryHandle(InMemoryStore store, BlobId id, MemoryBlob blob) {
    this.store = store;
    this.id = id;
    this.blob = blob;
    this.channel = openChannel();
  }

  @Override
  public BlobId id() {
    return id;
  }

  @Override
  public ChunkPlan plan() {
    return blob.plan;
  }

  @Override
  public Optional<Seal> seal() {
    synchronized (store) {
      return Optional.ofNullable(blob.seal);
    }
  }

  @Override
  public IndexSet verified() {
    synchronized (store) {
      return blob.verified();
    }
  }

  @Override
  public Digest chunkDigest(int chunk) {
    synchronized (store) {
      return blob.chunkDigest(chunk);
    }
  }

  @Override
  public FileChannel channel() {
    synchronized (store) {
      store.checkOpen();
      if (closed) {
        throw new LarderException(ErrorKind.UNAVAILABLE, "the handle of " + id + " is closed");
      }
      if (!channel.isOpen()) {
        channel = openChannel();
      }
      return channel;
    }
  }

  private FileChannel openChannel() {
    MemoryBlob present = blob.sameAs == null ? blob : blob.sameAs;
    try {
      return FileChannel.open(present.file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    synchronized (store) {
      if (!closed) {
        closed = true;
        blob.released();
        try {
          channel.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
