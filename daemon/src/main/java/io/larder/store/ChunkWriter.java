package io.larder.store;

import io.larder.content.Digest;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Writes one chunk, hashing as the bytes pass. One thread at a time. Closing without [#finish]
/// leaves the chunk unverified.
public interface ChunkWriter extends AutoCloseable {
  /// Appends bytes.
  ///
  /// @param bytes consumed whole
  /// @throws io.larder.error.LarderException INVALID when they go beyond the chunk; EXHAUSTED when
  ///   the disk is full
  void write(ByteBuffer bytes);

  /// Bytes written so far.
  long written();

  /// Ends the chunk. It becomes verified when its digest is the expected one, or when none is
  /// expected because the bytes come from the origin under a lease.
  ///
  /// @throws io.larder.error.LarderException INVALID when bytes are missing
  Verdict finish(Optional<Digest> expected);

  @Override
  void close();

  /// What came of a chunk.
  sealed interface Verdict {
    record Verified(Digest digest) implements Verdict {}

    record Mismatch(Digest expected, Digest actual) implements Verdict {}
  }
}
