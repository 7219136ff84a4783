package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Seal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A committed blob. What changes is guarded by the [Catalog], apart from the use.
final class Stored {
  final Seal seal;
  final ChunkPlan plan;

  /// Guarded by the catalog.
  int open;

  /// Pinned names; guarded by the catalog.
  private List<BlobId.Pinned> aliases = List.of();

  private volatile Instant lastUsed;
  private volatile Instant indexedUse;

  Stored(Seal seal, long size, Instant lastUsed) {
    this.seal = seal;
    this.plan = new ChunkPlan(size);
    this.lastUsed = lastUsed;
    this.indexedUse = lastUsed;
  }

  BlobId.Sha256 id() {
    return new BlobId.Sha256(seal.content());
  }

  List<BlobId> names() {
    List<BlobId> names = new ArrayList<>(aliases);
    names.add(id());
    return names;
  }

  List<BlobId.Pinned> aliases() {
    return aliases;
  }

  void addAlias(BlobId.Pinned alias) {
    if (!aliases.contains(alias)) {
      List<BlobId.Pinned> more = new ArrayList<>(aliases);
      more.add(alias);
      aliases = List.copyOf(more);
    }
  }

  Instant lastUsed() {
    return lastUsed;
  }

  void use(Instant now) {
    lastUsed = now;
  }

  /// What the index knows of the use.
  Instant indexedUse() {
    return indexedUse;
  }

  void indexed(Instant use) {
    indexedUse = use;
  }
}
