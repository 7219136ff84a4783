package io.larder.artifact;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.evict.Evictable;
import io.larder.evict.EvictionSource;
import io.larder.expose.Exposer;
import io.larder.expose.Pins;
import io.larder.store.BlobInfo;
import io.larder.store.ContentStore;
import io.larder.swarm.PeerDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The exposed artifacts of this node: puts them up, pins them, takes them down with the blobs that
/// nothing else needs. What is pinned never goes. Thread-safe: putting up, pinning and taking down
/// exclude each other.
final class Shelf implements EvictionSource {
  private final ContentStore store;
  private final Exposer exposer;
  private final Pins pins;
  private final Catalog catalog;
  private final PeerDirectory directory;
  private final InstantSource clock;

  Shelf(
      ContentStore store,
      Exposer exposer,
      Pins pins,
      Catalog catalog,
      PeerDirectory directory,
      InstantSource clock) {
    this.store = store;
    this.exposer = exposer;
    this.pins = pins;
    this.catalog = catalog;
    this.directory = directory;
    this.clock = clock;
  }

  /// Exposes a manifest whose blobs are committed, and takes the pin in the same step.
  synchronized Artifact put(Manifest manifest, Optional<String> pinOwner) {
    Path path = exposer.expose(manifest);
    Instant now = clock.instant();
    CatalogEntry entry =
        new CatalogEntry(
            manifest.revision(),
            manifest.digest(),
            path,
            manifest.totalBytes(),
            manifest.files().size(),
            now,
            now);
    catalog.put(entry);
    pinOwner.ifPresent(owner -> pins.add(manifest.revision(), owner));
    return artifact(entry);
  }

  /// Uses an artifact that is here, and takes the pin in the same step.
  ///
  /// @return empty when it went meanwhile
  synchronized Optional<Artifact> use(CatalogEntry known, Optional<String> pinOwner) {
    Optional<CatalogEntry> entry = catalog.find(known.revision());
    if (entry.isEmpty() || !exposer.isExposed(known.revision())) {
      return Optional.empty();
    }
    pinOwner.ifPresent(owner -> pins.add(known.revision(), owner));
    return Optional.of(artifact(catalog.used(entry.get())));
  }

  synchronized Artifact unpin(CatalogEntry entry, String owner) {
    pins.remove(entry.revision(), owner);
    return artifact(entry);
  }

  Artifact artifact(CatalogEntry entry) {
    return entry.artifact(pins.owners(entry.revision()));
  }

  /// The manifest of an entry.
  Manifest manifest(CatalogEntry entry) {
    return load(entry)
        .orElseThrow(
            () ->
                new LarderException(
                    ErrorKind.INTERNAL, "the manifest of " + entry.revision() + " is missing"));
  }

  private Optional<Manifest> load(CatalogEntry entry) {
    return ManifestReader.read(store, entry.manifest());
  }

  /// Takes an artifact down.
  ///
  /// @return bytes given back
  /// @throws LarderException CONFLICT when it is pinned
  synchronized long remove(Revision revision) {
    if (pins.isPinned(revision)) {
      throw new LarderException(
          ErrorKind.CONFLICT,
          revision.source()
              + " is pinned by "
              + String.join(", ", pins.owners(revision))
              + "; unpin it first");
    }
    return takeDown(revision);
  }

  private long takeDown(Revision revision) {
    Optional<CatalogEntry> entry = catalog.find(revision);
    if (entry.isEmpty()) {
      return 0;
    }
    Optional<Manifest> manifest = load(entry.get());
    // The record goes first: a crash in between leaves a tree without a record, which the next
    // exposure of the
    // revision finds whole, and blobs without a reference, which are swept as orphans.
    catalog.remove(revision);
    exposer.withdraw(revision);
    Set<BlobId> needed = new HashSet<>(references().keySet());
    Set<BlobId> unneeded = new HashSet<>();
    manifest.ifPresent(m -> m.files().forEach(file -> unneeded.add(file.blob())));
    unneeded.add(new BlobId.Sha256(entry.get().manifest()));
    unneeded.removeAll(needed);
    Set<Digest> neededContents = contents(needed);
    long freed = 0;
    for (BlobId blob : unneeded) {
      Optional<BlobInfo> info = store.find(blob);
      if (info.isPresent() && !neededContents.contains(info.get().seal().content())) {
        freed += removeBlob(blob);
      }
    }
    return freed;
  }

  private long removeBlob(BlobId blob) {
    try {
      long freed = store.remove(blob);
      directory.withdraw(List.of(blob));
      return freed;
    } catch (LarderException e) {
      if (e.kind() == ErrorKind.CONFLICT) {
        // Open, or about to be used by a request: it stays, and is an orphan later at the most.
        return 0;
      }
      throw e;
    }
  }

  /// How many artifacts need each blob.
  private Map<BlobId, Integer> references() {
    Map<BlobId, Integer> references = new HashMap<>();
    for (CatalogEntry entry : catalog.all()) {
      references.merge(new BlobId.Sha256(entry.manifest()), 1, Integer::sum);
      load(entry)
          .ifPresent(
              manifest -> {
                for (FileEntry file : manifest.files()) {
                  references.merge(file.blob(), 1, Integer::sum);
                }
              });
    }
    return references;
  }

  private Set<Digest> contents(Set<BlobId> blobs) {
    Set<Digest> contents = new HashSet<>();
    blobs.forEach(blob -> store.find(blob).ifPresent(info -> contents.add(info.seal().content())));
    return contents;
  }

  @Override
  public synchronized List<Evictable> candidates() {
    List<Evictable> candidates = new ArrayList<>();
    for (CatalogEntry entry : catalog.all()) {
      if (!pins.isPinned(entry.revision())) {
        candidates.add(
            new Evictable(
                entry.revision().toString(), entry.lastUsed(), () -> evict(entry.revision())));
      }
    }
    for (BlobInfo orphan : orphans()) {
      candidates.add(
          new Evictable(orphan.id().text(), orphan.lastUsed(), () -> removeBlob(orphan.id())));
    }
    for (BlobId partial : partials()) {
      candidates.add(new Evictable(partial.text(), Instant.EPOCH, () -> removeBlob(partial)));
    }
    return candidates;
  }

  private synchronized long evict(Revision revision) {
    return pins.isPinned(revision) ? 0 : takeDown(revision);
  }

  /// Committed blobs that no artifact needs: what a crash between download and exposure leaves.
  private List<BlobInfo> orphans() {
    Set<Digest> needed = contents(references().keySet());
    return store.list().stream().filter(info -> !needed.contains(info.seal().content())).toList();
  }

  private List<BlobId> partials() {
    return store.missing(store.names());
  }

  @Override
  public synchronized long reclaimableBytes() {
    Set<BlobId> pinned = new HashSet<>();
    for (CatalogEntry entry : catalog.all()) {
      if (pins.isPinned(entry.revision())) {
        pinned.add(new BlobId.Sha256(entry.manifest()));
        load(entry).ifPresent(m -> m.files().forEach(file -> pinned.add(file.blob())));
      }
    }
    Set<Digest> kept = contents(pinned);
    long keptBytes =
        store.list().stream()
            .filter(info -> kept.contains(info.seal().content()))
            .mapToLong(BlobInfo::size)
            .sum();
    return Math.max(0, store.usage().used() - keptBytes);
  }
}
