package io.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.Seal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Blobs for tests, and the short way to put them into a store and to read them back.
public final class TestBlobs {
  private TestBlobs() {}

  /// Bytes that depend on nothing but seed and size.
  public static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static BlobId sha256(byte[] content) {
    return new BlobId.Sha256(Digest.ofContent(content));
  }

  public static BlobId pinned(String name) {
    return new BlobId.Pinned(
        Digest.ofContent(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  public static Reservation reserve(Ingester store, BlobId id, long size) {
    ReservationOutcome outcome = store.reserve(Map.of(id, size));
    assertThat(outcome).isInstanceOf(ReservationOutcome.Reserved.class);
    return ((ReservationOutcome.Reserved) outcome).reservation();
  }

  /// Writes one chunk out of the whole content and expects it to be verified.
  public static Digest write(Ingestion ingestion, int chunk, byte[] content) {
    ByteRange range = ingestion.plan().chunk(chunk);
    try (ChunkWriter writer = ingestion.writer(chunk)) {
      writer.write(ByteBuffer.wrap(content, (int) range.offset(), (int) range.length()));
      return ((ChunkWriter.Verdict.Verified) writer.finish(Optional.empty())).digest();
    }
  }

  /// Writes the chunks that are not verified yet.
  public static void writeMissing(Ingestion ingestion, byte[] content) {
    for (int chunk = 0; chunk < ingestion.plan().chunks(); chunk++) {
      if (!ingestion.verified().contains(chunk)) {
        write(ingestion, chunk, content);
      }
    }
  }

  /// Brings a whole blob into the store.
  public static Seal put(Ingester store, BlobId id, byte[] content) {
    try (Reservation reservation = reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      writeMissing(ingestion, content);
      return ((Ingestion.CommitOutcome.Committed) ingestion.commit(Optional.empty())).seal();
    }
  }

  /// The whole content of a committed blob.
  public static byte[] read(BlobReader store, BlobId id) {
    try (BlobHandle handle = store.open(id).orElseThrow()) {
      assertThat(handle.seal()).isPresent();
      return read(handle, new ByteRange(0, handle.plan().size()));
    }
  }

  /// Some bytes of an open blob.
  public static byte[] read(BlobHandle handle, ByteRange range) {
    ByteBuffer buffer = ByteBuffer.allocate((int) range.length());
    try {
      while (buffer.hasRemaining()) {
        int read = handle.channel().read(buffer, range.offset() + buffer.position());
        assertThat(read).isPositive();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return buffer.array();
  }
}
