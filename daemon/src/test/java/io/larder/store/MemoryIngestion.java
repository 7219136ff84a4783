package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// A blob of an [InMemoryStore] that is being filled.
final class MemoryIngestion implements Ingestion {
  private final InMemoryStore store;
  private final BlobId id;
  private final MemoryBlob blob;
  private boolean closed;

  MemoryIngestion(InMemoryStore store, BlobId id, MemoryBlob blob) {
    this.store = store;
    this.id = id;
    this.blob = blob;
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
  public ChunkWriter writer(int chunk) {
    synchronized (store) {
      checkOpen();
      blob.claim(chunk);
      return new Writer(chunk);
    }
  }

  @Override
  public void discard(IndexSet chunks) {
    IndexSet left;
    synchronized (store) {
      checkOpen();
      if (!blob.digests.keySet().removeAll(chunks.stream().boxed().toList())) {
        return;
      }
      left = blob.verified();
    }
    store.tell(listener -> listener.removed(id));
    if (!left.isEmpty()) {
      store.tell(listener -> listener.verified(id, left));
    }
  }

  @Override
  public CommitOutcome commit(Optional<Seal> trusted) {
    Seal seal;
    List<BlobId> names;
    synchronized (store) {
      checkOpen();
      if (blob.digests.size() < blob.plan.chunks()) {
        throw new IllegalStateException(
            id + " has " + blob.digests.size() + " of " + blob.plan.chunks() + " chunks");
      }
      Digest root = Merkle.root(List.copyOf(blob.digests.values()));
      Digest content =
          trusted
              .filter(known -> known.merkleRoot().equals(root))
              .map(Seal::content)
              .orElseGet(this::wholeDigest);
      Optional<Digest> declared =
          id instanceof BlobId.Sha256(Digest digest)
              ? Optional.of(digest)
              : trusted.map(Seal::content);
      if (declared.isPresent() && !declared.get().equals(content)) {
        return new CommitOutcome.Mismatch(declared.get(), content);
      }
      seal = new Seal(content, root);
      names = store.publish(id, blob, seal);
      blob.filling = false;
      closed = true;
    }
    names.forEach(name -> store.tell(listener -> listener.committed(name, seal)));
    return new CommitOutcome.Committed(seal);
  }

  private Digest wholeDigest() {
    try {
      return Digest.ofContent(Files.readAllBytes(blob.file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkOpen() {
    store.checkOpen();
    if (closed) {
      throw new LarderException(ErrorKind.CONFLICT, "the ingestion of " + id + " has ended");
    }
  }

  @Override
  public void close() {
    synchronized (store) {
      if (!closed) {
        closed = true;
        blob.filling = false;
      }
    }
  }

  private final class Writer implements ChunkWriter {
    private final int chunk;
    private final ByteRange range;
    private final java.security.MessageDigest hash = Digest.newMessageDigest();
    private final FileChannel channel;
    private long written;
    private boolean ended;

    private Writer(int chunk) {
      this.chunk = chunk;
      this.range = blob.plan.chunk(chunk);
      try {
        this.channel = FileChannel.open(blob.file, StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void write(ByteBuffer bytes) {
      synchronized (store) {
        check();
      }
      if (bytes.remaining() > range.length() - written) {
        throw new LarderException(
            ErrorKind.INVALID,
            "chunk " + chunk + " of " + id + " has " + range.length() + " bytes");
      }
      hash.update(bytes.duplicate());
      try {
        while (bytes.hasRemaining()) {
          written += channel.write(bytes, range.offset() + written);
        }
      } catch (IOException e) {
        throw new LarderException(ErrorKind.UNAVAILABLE, "writing " + id + " was cut off", e);
      }
    }

    @Override
    public long written() {
      return written;
    }

    @Override
    public Verdict finish(Optional<Digest> expected) {
      Digest actual;
      synchronized (store) {
        check();
        if (written < range.length()) {
          throw new LarderException(
              ErrorKind.INVALID,
              "chunk " + chunk + " of " + id + " ends after " + written + " bytes");
        }
        actual = Digest.of(hash.digest());
        close();
        if (expected.isPresent() && !expected.get().equals(actual)) {
          return new Verdict.Mismatch(expected.get(), actual);
        }
        blob.digests.put(chunk, actual);
      }
      store.tell(listener -> listener.verified(id, IndexSet.of(chunk)));
      return new Verdict.Verified(actual);
    }

    private void check() {
      checkOpen();
      if (ended) {
        throw new LarderException(ErrorKind.CONFLICT, "chunk " + chunk + " of " + id + " ended");
      }
    }

    @Override
    public void close() {
      synchronized (store) {
        if (!ended) {
          ended = true;
          blob.writing.remove(chunk);
          try {
            channel.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }
  }
}
