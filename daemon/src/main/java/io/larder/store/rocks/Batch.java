package io.larder.store.rocks;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.Seal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Changes of a [RocksIndex] that are made together. Not thread-safe; whoever made it closes it.
public final class Batch implements AutoCloseable {
  private final RocksTable table;
  private final WriteBatch changes = new WriteBatch();

  Batch(RocksTable table) {
    this.table = table;
  }

  /// A blob is committed.
  public Batch putBlob(Seal seal, long size, List<Digest> chunkDigests) {
    ByteBuffer digests = ByteBuffer.allocate(chunkDigests.size() * Digest.LENGTH);
    chunkDigests.forEach(digest -> digests.put(digest.toByteArray()));
    put(Keys.of(RocksIndex.DIGESTS, seal.content()), digests.array());
    return put(
        Keys.of(RocksIndex.BLOBS, seal.content()),
        ByteBuffer.allocate(Long.BYTES + Digest.LENGTH)
            .putLong(size)
            .put(seal.merkleRoot().toByteArray())
            .array());
  }

  public Batch deleteBlob(Digest content) {
    delete(Keys.of(RocksIndex.BLOBS, content));
    delete(Keys.of(RocksIndex.DIGESTS, content));
    return delete(Keys.of(RocksIndex.USES, content));
  }

  public Batch putUse(Digest content, Instant lastUsed) {
    return put(
        Keys.of(RocksIndex.USES, content),
        ByteBuffer.allocate(Long.BYTES).putLong(lastUsed.toEpochMilli()).array());
  }

  public Batch putAlias(BlobId.Pinned name, Digest content) {
    return put(Keys.of(RocksIndex.ALIASES, name.digest()), content.toByteArray());
  }

  public Batch deleteAlias(BlobId.Pinned name) {
    return delete(Keys.of(RocksIndex.ALIASES, name.digest()));
  }

  public Batch putPartial(RocksIndex.Partial partial) {
    Optional<Seal> seal = partial.committing();
    ByteBuffer value =
        ByteBuffer.allocate(2 * Long.BYTES + (seal.isPresent() ? 2 * Digest.LENGTH : 0))
            .putLong(partial.size())
            .putLong(partial.number());
    seal.ifPresent(
        known -> value.put(known.content().toByteArray()).put(known.merkleRoot().toByteArray()));
    return put(Keys.of(RocksIndex.PARTIALS, partial.id()), value.array());
  }

  /// @param chunks number of its chunks, whose records go as well
  public Batch deletePartial(BlobId id, int chunks) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      deleteChunk(id, chunk);
    }
    return delete(Keys.of(RocksIndex.PARTIALS, id));
  }

  public Batch putChunk(BlobId id, int chunk, RocksIndex.Chunk state) {
    return put(
        Keys.of(RocksIndex.CHUNKS, id, chunk),
        ByteBuffer.allocate(1 + Digest.LENGTH)
            .put((byte) (state.synced() ? 1 : 0))
            .put(state.digest().toByteArray())
            .array());
  }

  public Batch deleteChunk(BlobId id, int chunk) {
    return delete(Keys.of(RocksIndex.CHUNKS, id, chunk));
  }

  /// Makes the changes: they survive the end of the process, but not power loss until a later
  /// [#writeSynced].
  public void write() {
    table.write(changes, false);
  }

  /// Makes the changes: once this returns, they and all earlier ones survive power loss.
  public void writeSynced() {
    table.write(changes, true);
  }

  private Batch put(byte[] key, byte[] value) {
    try {
      changes.put(key, value);
    } catch (RocksDBException e) {
      throw table.failure(e);
    }
    return this;
  }

  private Batch delete(byte[] key) {
    try {
      changes.delete(key);
    } catch (RocksDBException e) {
      throw table.failure(e);
    }
    return this;
  }

  @Override
  public void close() {
    changes.close();
  }
}
