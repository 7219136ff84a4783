package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.Merkle;
import io.larder.content.Seal;
import io.larder.store.rocks.Batch;
import io.larder.store.rocks.RocksIndex;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings files and index together when a store is opened, whatever state the last process left
/// them in. Reads only what the index cannot vouch for.
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final Folders folders;
  private final RocksIndex index;
  private final Catalog catalog;
  private final BlobCommit commit;
  private final long syncBytes;

  Recovery(Folders folders, RocksIndex index, Catalog catalog, BlobCommit commit, long syncBytes) {
    this.folders = folders;
    this.index = index;
    this.catalog = catalog;
    this.commit = commit;
    this.syncBytes = syncBytes;
  }

  /// Fills the catalog.
  void run() throws IOException {
    Map<Digest, Path> unclaimed = blobFiles();
    claimBlobs(unclaimed);
    Set<Path> partialFiles = new HashSet<>();
    for (RocksIndex.Partial partial : index.partials()) {
      recover(partial, unclaimed).ifPresent(partialFiles::add);
    }
    adopt(unclaimed);
    sweep(partialFiles);
  }

  private Map<Digest, Path> blobFiles() throws IOException {
    Map<Digest, Path> files = new HashMap<>();
    try (DirectoryStream<Path> prefixes = Files.newDirectoryStream(folders.blobs())) {
      for (Path prefix : prefixes) {
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(prefix)) {
          for (Path file : inside) {
            try {
              Digest content = Digest.parse(String.valueOf(file.getFileName()));
              if (folders.blob(content).equals(file)) {
                files.put(content, file);
                continue;
              }
            } catch (IllegalArgumentException e) {
              // Said below.
            }
            log.warn("{} is not a blob; it is left alone", file);
          }
        }
      }
    }
    return files;
  }

  /// Blobs that are in the index and on the disk.
  private void claimBlobs(Map<Digest, Path> unclaimed) throws IOException {
    Map<Digest, Stored> claimed = new HashMap<>();
    try (Batch forgotten = index.batch()) {
      for (RocksIndex.Blob blob : index.blobs()) {
        Digest content = blob.seal().content();
        Path file = unclaimed.get(content);
        if (file != null && Files.size(file) == blob.size()) {
          unclaimed.remove(content);
          claimed.put(content, new Stored(blob.seal(), blob.size(), blob.lastUsed()));
        } else {
          // Unlinked by a removal that did not get to the index, or by somebody else.
          forgotten.deleteBlob(content);
        }
      }
      index
          .aliases()
          .forEach(
              (alias, content) -> {
                Stored blob = claimed.get(content);
                if (blob == null) {
                  forgotten.deleteAlias(alias);
                } else {
                  blob.addAlias(alias);
                }
              });
      forgotten.write();
    }
    claimed.values().forEach(catalog::add);
  }

  /// @return its file when it is still a partial blob
  private Optional<Path> recover(RocksIndex.Partial partial, Map<Digest, Path> unclaimed)
      throws IOException {
    BlobId id = partial.id();
    Path file = folders.partial(id, partial.number());
    Filling filling = new Filling(id, partial.size(), partial.number(), file, index, syncBytes);
    if (partial.committing().isPresent()) {
      Seal seal = partial.committing().get();
      if (Files.exists(file)
          || unclaimed.containsKey(seal.content())
          || catalog.stored(new BlobId.Sha256(seal.content())).isPresent()) {
        index.chunks(id).forEach((chunk, state) -> filling.restore(chunk, state.digest()));
        filling.decided = seal;
        catalog.add(filling);
        commit.finish(filling, seal);
        unclaimed.remove(seal.content());
        log.info("finished the commit of {}, which the last process had decided", id);
        return Optional.empty();
      }
    }
    if (catalog.stored(id).isPresent() || !Files.exists(file)) {
      filling.remove();
      return Optional.empty();
    }
    reverify(filling);
    filling.unallocated =
        Files.size(file) >= partial.size() && partial.size() > 0 ? 0 : partial.size();
    catalog.add(filling);
    return Optional.of(file);
  }

  /// Trusts the synced chunks and hashes the others.
  private void reverify(Filling filling) throws IOException {
    TreeMap<Integer, RocksIndex.Chunk> unsynced = new TreeMap<>();
    index
        .chunks(filling.id)
        .forEach(
            (chunk, state) -> {
              if (state.synced()) {
                filling.restore(chunk, state.digest());
              } else {
                unsynced.put(chunk, state);
              }
            });
    if (unsynced.isEmpty()) {
      return;
    }
    int lost = 0;
    try (Batch batch = index.batch()) {
      for (Map.Entry<Integer, RocksIndex.Chunk> entry : unsynced.entrySet()) {
        int chunk = entry.getKey();
        Digest digest = entry.getValue().digest();
        if (holds(filling, chunk, digest)) {
          filling.restore(chunk, digest);
          batch.putChunk(filling.id, chunk, new RocksIndex.Chunk(digest, true));
        } else {
          lost++;
          batch.deleteChunk(filling.id, chunk);
        }
      }
      Sync.file(filling.file);
      // Synced: a lost chunk is about to be written anew, and its old record must not come back.
      batch.writeSynced();
    }
    log.info(
        "{}: {} chunks that were not synced by the last process were hashed again, {} of them are"
            + " lost",
        filling.id,
        unsynced.size(),
        lost);
  }

  private static boolean holds(Filling filling, int chunk, Digest digest) throws IOException {
    try {
      return Hashing.of(filling.file, filling.plan.chunk(chunk)).equals(digest);
    } catch (EOFException e) {
      return false;
    }
  }

  /// Files that no record speaks of: from a removal that did not get to the disk, or the index is
  /// lost. Hashing tells whether they are what their names say.
  private void adopt(Map<Digest, Path> unclaimed) throws IOException {
    if (!unclaimed.isEmpty()) {
      log.info("{} blobs are not in the index; they are hashed", unclaimed.size());
    }
    for (Map.Entry<Digest, Path> entry : unclaimed.entrySet()) {
      Path file = entry.getValue();
      long size = Files.size(file);
      Hashing.Whole whole = Hashing.whole(file, new ChunkPlan(size));
      if (!whole.content().equals(entry.getKey())) {
        log.warn("{} is not what its name says; it is deleted", file);
        Files.delete(file);
        continue;
      }
      Sync.file(file);
      Folders.makeReadOnly(file);
      Seal seal = new Seal(whole.content(), Merkle.root(whole.chunks()));
      Instant lastUsed = Files.getLastModifiedTime(file).toInstant();
      try (Batch batch = index.batch()) {
        batch.putBlob(seal, size, whole.chunks()).putUse(seal.content(), lastUsed).write();
      }
      catalog.add(new Stored(seal, size, lastUsed));
    }
  }

  /// Files of partial blobs that no record speaks of.
  private void sweep(Set<Path> known) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folders.partial())) {
      for (Path file : List.copyOf(toList(files))) {
        if (!known.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<Path> toList(DirectoryStream<Path> files) {
    List<Path> all = new java.util.ArrayList<>();
    files.forEach(all::add);
    return all;
  }
}
