package io.larder.store.rocks;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.Seal;
import io.larder.store.Records;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.rocksdb.RocksDB;

/// What a store remembers about its files. Thread-safe; the opener closes, and calls after that are
/// refused with UNAVAILABLE. Changes go through a [Batch].
///
/// Keys are a letter for the key space and then:
///
/// | key                           | value                                                 |
/// |-------------------------------|-------------------------------------------------------|
/// | `b` content digest            | size, Merkle root                                     |
/// | `d` content digest            | chunk digests, one after the other                    |
/// | `u` content digest            | last use, epoch milliseconds                          |
/// | `a` pinned digest             | content digest                                        |
/// | `p` kind, digest              | size, number of the file, then the seal once decided  |
/// | `c` kind, digest, chunk       | 1 when the bytes are known synced or 0, chunk digest  |
/// | `r` key in UTF-8              | the value of a record                                 |
public final class RocksIndex implements AutoCloseable {
  static final byte BLOBS = 'b';
  static final byte DIGESTS = 'd';
  static final byte USES = 'u';
  static final byte ALIASES = 'a';
  static final byte PARTIALS = 'p';
  static final byte CHUNKS = 'c';
  static final byte RECORDS = 'r';

  static {
    RocksDB.loadLibrary();
  }

  private final RocksTable table;
  private final RocksRecords records;

  private RocksIndex(RocksTable table) {
    this.table = table;
    this.records = new RocksRecords(table);
  }

  /// Opens the index in a folder, or creates it there.
  ///
  /// @throws io.larder.error.LarderException INTERNAL when the folder holds something else or
  ///   cannot be written
  public static RocksIndex open(Path folder) {
    return new RocksIndex(new RocksTable(folder));
  }

  /// All committed blobs.
  public List<Blob> blobs() {
    Map<Digest, Instant> uses = new HashMap<>();
    table.scan(
        new byte[] {USES},
        (key, value) ->
            uses.put(digest(key, 1), Instant.ofEpochMilli(ByteBuffer.wrap(value).getLong())));
    List<Blob> blobs = new ArrayList<>();
    table.scan(
        new byte[] {BLOBS},
        (key, value) -> {
          Digest content = digest(key, 1);
          blobs.add(
              new Blob(
                  new Seal(content, digest(value, Long.BYTES)),
                  ByteBuffer.wrap(value).getLong(),
                  uses.getOrDefault(content, Instant.EPOCH)));
        });
    return blobs;
  }

  /// Content digests by the digest of the pinned name.
  public Map<BlobId.Pinned, Digest> aliases() {
    Map<BlobId.Pinned, Digest> aliases = new HashMap<>();
    table.scan(
        new byte[] {ALIASES},
        (key, value) -> aliases.put(new BlobId.Pinned(digest(key, 1)), digest(value, 0)));
    return aliases;
  }

  /// Chunk digests of a committed blob in order.
  public List<Digest> chunkDigests(Digest content) {
    byte[] value = table.get(Keys.of(DIGESTS, content));
    if (value == null) {
      return List.of();
    }
    List<Digest> digests = new ArrayList<>(value.length / Digest.LENGTH);
    for (int at = 0; at < value.length; at += Digest.LENGTH) {
      digests.add(digest(value, at));
    }
    return digests;
  }

  /// All blobs that are being filled or committed.
  public List<Partial> partials() {
    List<Partial> partials = new ArrayList<>();
    table.scan(
        new byte[] {PARTIALS},
        (key, value) -> {
          ByteBuffer fields = ByteBuffer.wrap(value);
          long size = fields.getLong();
          long number = fields.getLong();
          Optional<Seal> seal =
              fields.hasRemaining()
                  ? Optional.of(
                      new Seal(
                          digest(value, 2 * Long.BYTES),
                          digest(value, 2 * Long.BYTES + Digest.LENGTH)))
                  : Optional.empty();
          partials.add(new Partial(Keys.blobId(key), size, number, seal));
        });
    return partials;
  }

  /// Recorded chunks of a blob that is being filled.
  public TreeMap<Integer, Chunk> chunks(BlobId id) {
    TreeMap<Integer, Chunk> chunks = new TreeMap<>();
    table.scan(
        Keys.of(CHUNKS, id),
        (key, value) ->
            chunks.put(
                ByteBuffer.wrap(key).getInt(Keys.LENGTH),
                new Chunk(digest(value, 1), value[0] == 1)));
    return chunks;
  }

  /// A new empty batch of changes. The caller closes.
  public Batch batch() {
    return new Batch(table);
  }

  /// The records of other layers, which live next to the index.
  public Records records() {
    return records;
  }

  private static Digest digest(byte[] bytes, int at) {
    byte[] digest = new byte[Digest.LENGTH];
    System.arraycopy(bytes, at, digest, 0, Digest.LENGTH);
    return Digest.of(digest);
  }

  /// Syncs and closes. Idempotent.
  @Override
  public void close() {
    table.close();
  }

  /// A committed blob.
  ///
  /// @param size in bytes
  public record Blob(Seal seal, long size, Instant lastUsed) {}

  /// A blob that is being filled.
  ///
  /// @param size in bytes
  /// @param number that tells its file from those of earlier attempts
  /// @param committing its seal, once its commit was decided
  public record Partial(BlobId id, long size, long number, Optional<Seal> committing) {}

  /// A chunk that was verified.
  ///
  /// @param synced whether its bytes are known to survive power loss
  public record Chunk(Digest digest, boolean synced) {}
}
