package io.larder.chaos.demo;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A sentence-embedding model that the demo makes itself, about 91 MB: words become rows of a large
/// table, a dense layer mixes each, and the normalised mean of all is the sentence. Its weights are
/// pseudo-random and always the same: two sentences are as near as the words they share, which is
/// enough to see that the whole table arrived intact.
///
/// The folder holds `model.onnx`, which any ONNX runtime loads, and `tokenizer.json`, which says
/// how words become rows.
final class SentenceModel implements AutoCloseable {
  private static final int ROWS = 59_000;
  private static final int WIDTH = 384;
  private static final String MODEL = "model.onnx";
  private static final String TOKENIZER = "tokenizer.json";

  private final OrtSession session;
  private final int rows;

  private SentenceModel(OrtSession session, int rows) {
    this.session = session;
    this.rows = rows;
  }

  /// Writes the model.
  static void generate(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(MODEL)), 1 << 20)) {
      OnnxWriter.write(out, ROWS, WIDTH);
    }
    ObjectMapper json = new ObjectMapper();
    json.writerWithDefaultPrettyPrinter()
        .writeValue(
            folder.resolve(TOKENIZER).toFile(),
            Map.of("type", "hashed-words", "hash", "crc32c", "rows", ROWS, "lowercase", true));
  }

  /// Loads it from where it lies.
  ///
  /// @throws OrtException when the runtime refuses the file
  static SentenceModel load(Path folder) throws OrtException {
    JsonNode tokenizer = new ObjectMapper().readTree(folder.resolve(TOKENIZER).toFile());
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return new SentenceModel(
        OrtEnvironment.getEnvironment().createSession(folder.resolve(MODEL).toString(), options),
        tokenizer.get("rows").asInt());
  }

  /// The sentence as a vector of length one.
  float[] embed(String sentence) throws OrtException {
    List<Long> tokens = new ArrayList<>();
    for (String word : sentence.toLowerCase(Locale.ROOT).split("\\W+")) {
      CRC32C hash = new CRC32C();
      hash.update(word.getBytes(StandardCharsets.UTF_8));
      tokens.add(hash.getValue() % rows);
    }
    long[] ids = tokens.stream().mapToLong(Long::longValue).toArray();
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(ids), new long[] {ids.length});
        OrtSession.Result result = session.run(Map.of(OnnxWriter.INPUT, input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  /// Cosine of the angle between two vectors of length one.
  static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
