package io.larder.swarm;

import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Blobs to serve, without a store: each in a temporary file, because what is served is read
/// through a [FileChannel]. Thread-safe.
public final class InMemoryServedBlobs implements ServedBlobs, AutoCloseable {
  private final Map<BlobId, Blob> blobs = new LinkedHashMap<>();
  private final List<Following> followings = new CopyOnWriteArrayList<>();
  private final AtomicInteger openHandles = new AtomicInteger();

  /// Adds a complete blob under its SHA-256.
  public BlobId add(byte[] content) {
    BlobId id = new BlobId.Sha256(Digest.ofContent(content));
    begin(id, content);
    verify(id, IntStream.range(0, new ChunkPlan(content.length).chunks()).toArray());
    synchronized (this) {
      Blob blob = blobs.get(id);
      blob.seal =
          Optional.of(new Seal(Digest.ofContent(content), Merkle.root(List.of(blob.digests))));
    }
    return id;
  }

  /// Adds a blob of which nothing is verified yet.
  public synchronized void begin(BlobId id, byte[] content) {
    try {
      Path file = Files.createTempFile("served", ".blob");
      Files.write(file, content);
      file.toFile().deleteOnExit();
      blobs.put(id, new Blob(new ChunkPlan(content.length), file, digests(content)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Digest[] digests(byte[] content) {
    ChunkPlan plan = new ChunkPlan(content.length);
    Digest[] digests = new Digest[plan.chunks()];
    for (int i = 0; i < digests.length; i++) {
      ByteRange range = plan.chunk(i);
      digests[i] =
          Digest.ofContent(Arrays.copyOfRange(content, (int) range.offset(), (int) range.end()));
    }
    return digests;
  }

  /// More chunks are verified from now on.
  public void verify(BlobId id, int... chunks) {
    IndexSet more = IndexSet.of(chunks);
    // Under the lock, so that followers hear in order.
    synchronized (this) {
      Blob blob = blobs.get(id);
      blob.verified = blob.verified.union(more);
      followings.stream()
          .filter(f -> f.blobs.contains(id))
          .forEach(f -> f.follower.verified(id, more));
    }
  }

  /// The blob is served no longer.
  public synchronized void remove(BlobId id) {
    blobs.remove(id);
    followings.stream().filter(f -> f.blobs.contains(id)).forEach(f -> f.follower.gone(id));
  }

  /// Handles that were opened and not closed.
  public int openHandles() {
    return openHandles.get();
  }

  /// Who follows now.
  public int followers() {
    return followings.size();
  }

  @Override
  public synchronized Optional<Served> open(BlobId id) {
    return Optional.ofNullable(blobs.get(id)).map(Handle::new);
  }

  @Override
  public synchronized List<BlobId> names() {
    return new ArrayList<>(blobs.keySet());
  }

  @Override
  public synchronized AutoCloseable follow(Collection<BlobId> names, Follower follower) {
    Following following = new Following(new HashSet<>(names), follower);
    for (BlobId id : following.blobs) {
      Blob blob = blobs.get(id);
      if (blob != null) {
        follower.verified(id, blob.verified);
      }
    }
    followings.add(following);
    return () -> followings.remove(following);
  }

  @Override
  public synchronized void close() {
    for (Blob blob : blobs.values()) {
      try {
        Files.deleteIfExists(blob.file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    blobs.clear();
  }

  private static final class Following {
    final Set<BlobId> blobs;
    final Follower follower;

    Following(Set<BlobId> blobs, Follower follower) {
      this.blobs = blobs;
      this.follower = follower;
    }
  }

  private static final class Blob {
    final ChunkPlan plan;
    final Path file;
    final Digest[] digests;
    volatile IndexSet verified = IndexSet.empty();
    volatile Optional<Seal> seal = Optional.empty();

    Blob(ChunkPlan plan, Path file, Digest[] digests) {
      this.plan = plan;
      this.file = file;
      this.digests = digests;
    }
  }

  private final class Handle implements Served {
    private final Blob blob;
    // Of its own, because an interrupt during a read closes the channel for all who share it.
    private final FileChannel channel;
    private boolean closed;

    Handle(Blob blob) {
      this.blob = blob;
      try {
        channel = FileChannel.open(blob.file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      openHandles.incrementAndGet();
    }

    @Override
    public ChunkPlan plan() {
      return blob.plan;
    }

    @Override
    public Optional<Seal> seal() {
      return blob.seal;
    }

    @Override
    public IndexSet verified() {
      return blob.verified;
    }

    @Override
    public Digest chunkDigest(int chunk) {
      if (!blob.verified.contains(chunk)) {
        throw new IllegalStateException("chunk " + chunk + " is not verified");
      }
      return blob.digests[chunk];
    }

    @Override
    public FileChannel channel() {
      return channel;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        try {
          channel.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        openHandles.decrementAndGet();
      }
    }
  }
}
