package io.larder.store.disk;

import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// SHA-256 over files.
final class Hashing {
  private static final int BUFFER = 256 << 10;

  private Hashing() {}

  /// The digest of a range of a file.
  ///
  /// @throws EOFException when the file ends earlier
  static Digest of(Path file, ByteRange range) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MessageDigest sha256 = Digest.newMessageDigest();
      update(channel, range, ByteBuffer.allocate(BUFFER), List.of(sha256));
      return Digest.of(sha256.digest());
    }
  }

  /// The digests of a whole file and of its chunks, in one pass.
  static Whole whole(Path file, ChunkPlan plan) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      MessageDigest content = Digest.newMessageDigest();
      MessageDigest chunkDigest = Digest.newMessageDigest();
      List<Digest> chunks = new ArrayList<>(plan.chunks());
      for (int chunk = 0; chunk < plan.chunks(); chunk++) {
        update(channel, plan.chunk(chunk), buffer, List.of(content, chunkDigest));
        chunks.add(Digest.of(chunkDigest.digest()));
      }
      return new Whole(Digest.of(content.digest()), chunks);
    }
  }

  private static void update(
      FileChannel channel, ByteRange range, ByteBuffer buffer, List<MessageDigest> digests)
      throws IOException {
    long at = range.offset();
    while (at < range.end()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), range.end() - at));
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new EOFException("the file ends at byte " + at + " instead of " + range.end());
      }
      at += read;
      for (MessageDigest digest : digests) {
        digest.update(buffer.array(), 0, read);
      }
    }
  }

  /// @param content digest of the whole
  /// @param chunks digests of the chunks in order
  record Whole(Digest content, List<Digest> chunks) {}
}
