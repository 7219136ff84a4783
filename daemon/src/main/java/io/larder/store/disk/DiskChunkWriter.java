package io.larder.store.disk;

import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.ChunkWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/// Writes a chunk through a channel of its own: an interrupt closes the channel it hits, and must
/// not hit the other writers.
final class DiskChunkWriter implements ChunkWriter {
  private final DiskIngestion ingestion;
  private final Filling filling;
  private final int chunk;
  private final ByteRange range;
  private final MessageDigest sha256 = Digest.newMessageDigest();
  private final FileChannel channel;
  private long written;
  private boolean ended;

  /// @param chunk claimed for this writer, which lets go of it
  DiskChunkWriter(DiskIngestion ingestion, Filling filling, int chunk) {
    this.ingestion = ingestion;
    this.filling = filling;
    this.chunk = chunk;
    this.range = filling.plan.chunk(chunk);
    try {
      this.channel = FileChannel.open(filling.file, StandardOpenOption.WRITE);
    } catch (IOException e) {
      filling.unclaim(chunk);
      throw DiskFailure.of("writing " + name(), e);
    }
  }

  @Override
  public void write(ByteBuffer bytes) {
    check();
    if (bytes.remaining() > range.length() - written) {
      throw new LarderException(
          ErrorKind.INVALID,
          "more bytes came for " + name() + " than the " + range.length() + " it has");
    }
    sha256.update(bytes.duplicate());
    try {
      while (bytes.hasRemaining()) {
        written += channel.write(bytes, range.offset() + written);
      }
    } catch (IOException e) {
      // The digest has run ahead of the file.
      close();
      throw DiskFailure.of("writing " + name(), e);
    }
  }

  @Override
  public long written() {
    return written;
  }

  @Override
  public Verdict finish(Optional<Digest> expected) {
    check();
    if (written < range.length()) {
      throw new LarderException(
          ErrorKind.INVALID,
          name() + " ended after " + written + " of its " + range.length() + " bytes");
    }
    Digest actual = Digest.of(sha256.digest());
    if (expected.isPresent() && !expected.get().equals(actual)) {
      close();
      return new Verdict.Mismatch(expected.get(), actual);
    }
    try {
      ingestion.verified(chunk, actual);
    } finally {
      close();
    }
    return new Verdict.Verified(actual);
  }

  private void check() {
    ingestion.checkOpen();
    if (ended) {
      throw new LarderException(ErrorKind.CONFLICT, "the writer of " + name() + " has ended");
    }
  }

  private String name() {
    return "chunk " + chunk + " of " + filling.id;
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    filling.unclaim(chunk);
    try {
      channel.close();
    } catch (IOException e) {
      throw DiskFailure.of("writing " + name(), e);
    }
  }
}
