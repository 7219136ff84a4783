package io.larder.store;

import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/// The state of one blob in an [InMemoryStore], guarded by the store's lock.
final class MemoryBlob {
  final ChunkPlan plan;
  final Path file;
  final TreeMap<Integer, Digest> digests = new TreeMap<>();
  final Set<Integer> writing = new HashSet<>();
  int open;
  boolean filling;
  Seal seal;
  Instant lastUsed = Instant.now();

  /// The blob that took this one's place because it has the same content.
  MemoryBlob sameAs;

  MemoryBlob(long size, Path file) {
    this.plan = new ChunkPlan(size);
    this.file = file;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      // Only to have it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  IndexSet verified() {
    return IndexSet.of(digests.keySet());
  }

  Digest chunkDigest(int chunk) {
    Digest digest = digests.get(chunk);
    if (digest == null) {
      throw new IllegalStateException("chunk " + chunk + " is not verified");
    }
    return digest;
  }

  void released() {
    MemoryBlob counted = this;
    while (counted.sameAs != null) {
      counted = counted.sameAs;
    }
    counted.open--;
  }

  void claim(int chunk) {
    plan.chunk(chunk);
    if (digests.containsKey(chunk)) {
      throw new LarderException(ErrorKind.CONFLICT, "chunk " + chunk + " is verified already");
    }
    if (!writing.add(chunk)) {
      throw new LarderException(ErrorKind.CONFLICT, "chunk " + chunk + " is being written");
    }
  }

  void delete() {
    try {
      // An open channel keeps the bytes.
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
