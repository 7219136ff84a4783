package io.larder.content;

/// How a blob is cut into chunks, and chunks are grouped into extents. The only place that knows,
/// so that a content-aware cut can replace it.
///
/// @param size of the blob in bytes, not negative
public record ChunkPlan(long size) {
  /// Bytes in every chunk but the last.
  public static final int CHUNK_SIZE = 4 << 20;

  private static final int MOST_CHUNKS_PER_EXTENT = 16;
  private static final int EXTENTS_WANTED = 256;

  public ChunkPlan {
    if (size < 0) {
      throw new IllegalArgumentException("a blob cannot have " + size + " bytes");
    }
    if (size > (long) CHUNK_SIZE * Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a blob of " + size + " bytes is beyond what Larder can hold");
    }
  }

  /// Number of chunks; 0 for an empty blob.
  public int chunks() {
    return (int) ((size + CHUNK_SIZE - 1) / CHUNK_SIZE);
  }

  /// Where a chunk lies.
  public ByteRange chunk(int index) {
    checkIndex(index, chunks());
    long offset = (long) index * CHUNK_SIZE;
    return new ByteRange(offset, Math.min(CHUNK_SIZE, size - offset));
  }

  /// Chunks in every extent but the last: one for a blob of up to 1 GiB, so that even a small model
  /// is spread over the nodes, and up to 16 (64 MiB) so that the Raft log of a large one stays
  /// short.
  public int chunksPerExtent() {
    return Math.clamp((chunks() + EXTENTS_WANTED - 1) / EXTENTS_WANTED, 1, MOST_CHUNKS_PER_EXTENT);
  }

  /// Number of extents; 0 for an empty blob.
  public int extents() {
    int per = chunksPerExtent();
    return (chunks() + per - 1) / per;
  }

  /// The first chunk of an extent.
  public int firstChunk(int extent) {
    checkIndex(extent, extents());
    return extent * chunksPerExtent();
  }

  /// The first chunk behind an extent.
  public int endChunk(int extent) {
    return Math.min(chunks(), firstChunk(extent) + chunksPerExtent());
  }

  /// The extent that a chunk belongs to.
  public int extentOf(int chunk) {
    checkIndex(chunk, chunks());
    return chunk / chunksPerExtent();
  }

  /// Where an extent lies.
  public ByteRange extent(int index) {
    long offset = chunk(firstChunk(index)).offset();
    return new ByteRange(offset, chunk(endChunk(index) - 1).end() - offset);
  }

  private static void checkIndex(int index, int count) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException("index " + index + " of " + count);
    }
  }
}
