package io.larder.swarm.grpc;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.larder.proto.peer.ChunkPart;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A `ChunkPart` to send, whose data is still in a file. Immutable; the channel stays open until
/// the part was sent.
///
/// @param chunk index into the request
/// @param offset of the data inside the chunk
/// @param last whether the chunk is complete with it
/// @param source where the data is; null in a part that says that the chunk is missing
/// @param position of the data in the source
/// @param length of the data in bytes
record OutgoingPart(
    int chunk, int offset, boolean last, @Nullable FileChannel source, long position, int length) {

  static OutgoingPart missing(int chunk) {
    return new OutgoingPart(chunk, 0, false, null, 0, 0);
  }

  /// The part in protobuf's wire format. Tells gRPC its length, and writes itself.
  InputStream encode() {
    FrameAllocator.remember();
    return new Encoded(this, header());
  }

  private byte[] header() {
    // Everything but the data is small; protobuf itself writes it. The data's field comes last.
    ChunkPart head =
        ChunkPart.newBuilder()
            .setChunk(chunk)
            .setOffset(offset)
            .setLast(last)
            .setMissing(source == null)
            .build();
    int tag = length == 0 ? 0 : CodedOutputStream.computeTagSize(ChunkPart.DATA_FIELD_NUMBER);
    int size = length == 0 ? 0 : CodedOutputStream.computeUInt32SizeNoTag(length);
    byte[] bytes = new byte[head.getSerializedSize() + tag + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      head.writeTo(out);
      if (length > 0) {
        out.writeTag(ChunkPart.DATA_FIELD_NUMBER, 2);
        out.writeUInt32NoTag(length);
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new AssertionError("the array has the computed size", e);
    }
    return bytes;
  }

  private static final class Encoded extends InputStream implements KnownLength, Drainable {
    private static final int PIECE = 64 << 10;
    private static final ThreadLocal<byte[]> PIECES =
        ThreadLocal.withInitial(() -> new byte[PIECE]);

    private final OutgoingPart part;
    private final byte[] header;
    private int at;

    Encoded(OutgoingPart part, byte[] header) {
      this.part = part;
      this.header = header;
    }

    @Override
    public int available() {
      return header.length + part.length - at;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      ByteBuf frame = FrameAllocator.take();
      int all = available();
      if (at < header.length) {
        target.write(header, at, header.length - at);
        at = header.length;
      }
      if (frame != null && frame.writableBytes() == available()) {
        while (available() > 0) {
          at += filled(frame.writeBytes(source(), filePosition(), available()));
        }
        return all;
      }
      byte[] piece = PIECES.get();
      while (available() > 0) {
        int read = read(piece, 0, piece.length);
        target.write(piece, 0, read);
      }
      return all;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (available() == 0) {
        return -1;
      }
      int read;
      if (at < header.length) {
        read = Math.min(length, header.length - at);
        System.arraycopy(header, at, target, offset, read);
      } else {
        ByteBuffer buffer = ByteBuffer.wrap(target, offset, Math.min(length, available()));
        read = filled(source().read(buffer, filePosition()));
      }
      at += read;
      return read;
    }

    private FileChannel source() {
      if (part.source == null) {
        throw new IllegalStateException("a part without data");
      }
      return part.source;
    }

    private long filePosition() {
      return part.position + at - header.length;
    }

    private int filled(int read) throws IOException {
      if (read < 0) {
        throw new EOFException("the file ends before " + (part.position + part.length));
      }
      return read;
    }
  }
}
