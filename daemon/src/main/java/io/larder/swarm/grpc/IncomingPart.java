package io.larder.swarm.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Detachable;
import io.grpc.HasByteBuffer;
import io.larder.proto.peer.ChunkPart;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// A `ChunkPart` that came in, whose data is still in the buffers it was received into. To be
/// closed, by whichever thread, which gives the buffers back.
final class IncomingPart implements AutoCloseable {
  /// Bytes of data that a part may have.
  static final int MOST_DATA = 4 << 20;

  private static final int PIECE = 64 << 10;

  private final InputStream body;
  private int chunk;
  private int offset;
  private boolean last;
  private boolean missing;
  private int length;

  private IncomingPart(InputStream body) {
    this.body = body;
  }

  /// Reads everything but the data.
  ///
  /// @param message in protobuf's wire format; the part takes it over when it can be detached, and
  ///   else copies it
  /// @throws IOException when it is no `ChunkPart` that is written in the order of its fields
  static IncomingPart decode(InputStream message) throws IOException {
    InputStream body =
        message instanceof Detachable detachable
            ? detachable.detach()
            : new ByteArrayInputStream(message.readNBytes(MOST_DATA + 1024));
    IncomingPart part = new IncomingPart(body);
    try {
      part.readHeader();
      return part;
    } catch (IOException | RuntimeException e) {
      part.close();
      throw e;
    }
  }

  private void readHeader() throws IOException {
    for (int first = body.read(); first >= 0; first = body.read()) {
      int tag = CodedInputStream.readRawVarint32(first, body);
      switch (tag >>> 3) {
        case ChunkPart.CHUNK_FIELD_NUMBER -> chunk = varint();
        case ChunkPart.OFFSET_FIELD_NUMBER -> offset = varint();
        case ChunkPart.LAST_FIELD_NUMBER -> last = varint() != 0;
        case ChunkPart.MISSING_FIELD_NUMBER -> missing = varint() != 0;
        case ChunkPart.DATA_FIELD_NUMBER -> {
          length = varint();
          if (length < 0 || length > MOST_DATA || length > body.available()) {
            throw new IOException("a part cannot have " + length + " bytes of data");
          }
          return;
        }
        default -> skip(tag);
      }
    }
  }

  /// Fields that a later version may have put before the data.
  private void skip(int tag) throws IOException {
    switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> varint();
      case WireFormat.WIRETYPE_FIXED32 -> body.skipNBytes(4);
      case WireFormat.WIRETYPE_FIXED64 -> body.skipNBytes(8);
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> body.skipNBytes(Math.max(0, varint()));
      default -> throw new IOException("tag " + tag + " is not understood");
    }
  }

  /// Longer varints keep their lower 32 bits, as protobuf does.
  private int varint() throws IOException {
    int result = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = body.read();
      if (next < 0) {
        throw new EOFException("the part ends within a number");
      }
      if (shift < 32) {
        result |= (next & 0x7f) << shift;
      }
      if (next < 0x80) {
        return result;
      }
    }
    throw new IOException("a number of more than ten bytes");
  }

  /// Index into the request.
  int chunk() {
    return chunk;
  }

  /// Of the data inside the chunk.
  int offset() {
    return offset;
  }

  /// Whether the chunk is complete with this part.
  boolean last() {
    return last;
  }

  /// Whether the peer cannot serve the chunk.
  boolean missing() {
    return missing;
  }

  /// Of the data in bytes.
  int length() {
    return length;
  }

  /// Passes the data on, buffer by buffer as it was received. Once only.
  ///
  /// @param sink gets buffers that are valid until it returns
  void writeTo(Consumer<ByteBuffer> sink) throws IOException {
    int left = length;
    if (body instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
      while (left > 0) {
        ByteBuffer buffer = buffers.getByteBuffer();
        if (buffer == null || !buffer.hasRemaining()) {
          throw new EOFException("the part ends " + left + " bytes early");
        }
        int length = Math.min(left, buffer.remaining());
        sink.accept(buffer.slice(buffer.position(), length));
        body.skipNBytes(length);
        left -= length;
      }
      return;
    }
    byte[] piece = new byte[Math.min(left, PIECE)];
    while (left > 0) {
      int read = body.read(piece, 0, Math.min(left, piece.length));
      if (read < 0) {
        throw new EOFException("the part ends " + left + " bytes early");
      }
      sink.accept(ByteBuffer.wrap(piece, 0, read));
      left -= read;
    }
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new AssertionError("buffers in memory close without I/O", e);
    }
  }
}
