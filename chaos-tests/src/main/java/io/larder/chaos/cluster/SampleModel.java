package io.larder.chaos.cluster;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A folder of files that stands for a model, and what is true about them.
///
/// @param folder that holds them
/// @param sha256 hex digest of each file by its path in the folder, in order of path
/// @param bytes sum of the sizes
public record SampleModel(Path folder, Map<String, String> sha256, long bytes) {
  /// Shares of the whole, in thousandths: a model of a few files, most of it in one.
  private static final Map<String, Integer> SHAPE = shape();

  /// The same bytes for the same size, without structure that anything could compress.
  public static SampleModel synthetic(Path folder, long bytes) {
    try {
      Files.createDirectories(folder);
      long left = bytes;
      int index = 0;
      for (Map.Entry<String, Integer> file : SHAPE.entrySet()) {
        index++;
        long size = index == SHAPE.size() ? left : bytes * file.getValue() / 1000;
        left -= size;
        fill(folder.resolve(file.getKey()), size, bytes * 31 + index);
      }
      return of(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A folder that is there already.
  public static SampleModel of(Path folder) {
    Map<String, String> sha256 = new TreeMap<>();
    long bytes = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sha256.put(folder.relativize(file).toString(), sha256(file));
        bytes += Files.size(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SampleModel(folder, sha256, bytes);
  }

  /// Whether another folder holds the same files with the same content, and no others.
  public boolean sameAs(Path other) {
    return Files.isDirectory(other) && of(other).sha256().equals(sha256);
  }

  private static Map<String, Integer> shape() {
    Map<String, Integer> shape = new LinkedHashMap<>();
    shape.put("config.json", 1);
    shape.put("tokenizer.json", 9);
    shape.put("model-00001-of-00002.safetensors", 690);
    shape.put("model-00002-of-00002.safetensors", 300);
    return shape;
  }

  private static void fill(Path file, long size, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), block.length)) {
      for (long left = size; left > 0; left -= block.length) {
        ByteBuffer words = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
          words.putLong(random.nextLong());
        }
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 20];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        digest.update(block, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
