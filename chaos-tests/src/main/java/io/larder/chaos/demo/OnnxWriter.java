package io.larder.chaos.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;

/// Writes the ONNX file of a [SentenceModel]. An ONNX file is one protobuf message; its numbers
/// here are those of the published `onnx.proto`. The table goes out as a stream, since it is most
/// of the file.
final class OnnxWriter {
  static final String INPUT = "tokens";
  private static final String OUTPUT = "embedding";
  private static final long IR_VERSION = 8;
  private static final long OPSET = 13;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private OnnxWriter() {}

  static void write(OutputStream out, int rows, int width) throws IOException {
    long tableBytes = 4L * rows * width;
    byte[] tableHead =
        message(
            m -> {
              m.writeInt64(1, rows);
              m.writeInt64(1, width);
              m.writeInt32(2, FLOAT);
              m.writeString(8, "table");
              m.writeTag(9, 2);
              m.writeUInt64NoTag(tableBytes);
            });
    byte[] graphRest = graphRest(width);
    byte[] tableTag =
        message(
            m -> {
              m.writeTag(5, 2);
              m.writeUInt64NoTag(tableHead.length + tableBytes);
            });
    long graphBytes = graphRest.length + tableTag.length + tableHead.length + tableBytes;
    out.write(
        message(
            m -> {
              m.writeInt64(1, IR_VERSION);
              m.writeString(2, "larder demo");
              m.writeByteArray(8, message(opset -> opset.writeInt64(2, OPSET)));
              m.writeTag(7, 2);
              m.writeUInt64NoTag(graphBytes);
            }));
    out.write(graphRest);
    out.write(tableTag);
    out.write(tableHead);
    SplittableRandom random = new SplittableRandom(20_261_121);
    ByteBuffer row = ByteBuffer.allocate(4 * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows; i++) {
      fill(row.clear(), random, 1);
      out.write(row.array());
    }
  }

  private static byte[] graphRest(int width) throws IOException {
    ByteBuffer mixer = ByteBuffer.allocate(4 * width * width).order(ByteOrder.LITTLE_ENDIAN);
    fill(mixer, new SplittableRandom(384), Math.sqrt(3.0 / width));
    return message(
        m -> {
          m.writeByteArray(1, node("Gather", List.of("table", INPUT), "rows", new byte[0]));
          m.writeByteArray(1, node("MatMul", List.of("rows", "mixer"), "mixed", new byte[0]));
          m.writeByteArray(1, node("Tanh", List.of("mixed"), "words", new byte[0]));
          m.writeByteArray(1, node("ReduceMean", List.of("words"), "mean", axesZero()));
          m.writeByteArray(1, node("LpNormalization", List.of("mean"), OUTPUT, new byte[0]));
          m.writeString(2, "sentence-embedding");
          m.writeByteArray(
              5,
              message(
                  tensor -> {
                    tensor.writeInt64(1, width);
                    tensor.writeInt64(1, width);
                    tensor.writeInt32(2, FLOAT);
                    tensor.writeString(8, "mixer");
                    tensor.writeBytes(9, ByteString.copyFrom(mixer.array()));
                  }));
          m.writeByteArray(11, value(INPUT, INT64, List.of(dimension("count"))));
          m.writeByteArray(12, value(OUTPUT, FLOAT, List.of(dimension(1), dimension(width))));
        });
  }

  /// Uniform in plus or minus `scale`.
  private static void fill(ByteBuffer to, SplittableRandom random, double scale) {
    while (to.hasRemaining()) {
      to.putFloat((float) ((random.nextInt() / (double) (1L << 31)) * scale));
    }
  }

  private static byte[] node(String type, List<String> inputs, String output, byte[] attribute)
      throws IOException {
    return message(
        m -> {
          for (String input : inputs) {
            m.writeString(1, input);
          }
          m.writeString(2, output);
          m.writeString(4, type);
          if (attribute.length > 0) {
            m.writeByteArray(5, attribute);
          }
        });
  }

  /// `axes = [0]`: over the words.
  private static byte[] axesZero() throws IOException {
    return message(
        m -> {
          m.writeString(1, "axes");
          m.writeInt64(8, 0);
          m.writeInt32(20, 7);
        });
  }

  private static byte[] value(String name, int elementType, List<byte[]> dimensions)
      throws IOException {
    byte[] shape =
        message(
            m -> {
              for (byte[] dimension : dimensions) {
                m.writeByteArray(1, dimension);
              }
            });
    byte[] tensor =
        message(
            m -> {
              m.writeInt32(1, elementType);
              m.writeByteArray(2, shape);
            });
    return message(
        m -> {
          m.writeString(1, name);
          m.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
        });
  }

  private static byte[] dimension(String name) throws IOException {
    return message(m -> m.writeString(2, name));
  }

  private static byte[] dimension(long size) throws IOException {
    return message(m -> m.writeInt64(1, size));
  }

  private interface Content {
    void write(CodedOutputStream to) throws IOException;
  }

  private static byte[] message(Content content) throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
    content.write(coded);
    coded.flush();
    return bytes.toByteString().toByteArray();
  }
}
