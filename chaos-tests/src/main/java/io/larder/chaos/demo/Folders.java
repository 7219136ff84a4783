package io.larder.chaos.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// The demo's folder on disk.
final class Folders {
  private Folders() {}

  /// A new folder among the temporary ones. Its name is short: people copy it, and the paths of
  /// sockets in it are limited.
  static Path create() throws IOException {
    String wanted = System.getenv("TMPDIR");
    Path temporary =
        Path.of(wanted == null || wanted.isBlank() ? System.getProperty("java.io.tmpdir") : wanted)
            .toAbsolutePath();
    FileAlreadyExistsException taken;
    int attempt = 0;
    do {
      String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt(), 4);
      try {
        return Files.createDirectory(temporary.resolve("larder-demo-" + suffix));
      } catch (FileAlreadyExistsException e) {
        taken = e;
      }
    } while (++attempt < 100);
    throw taken;
  }

  /// Deletes a folder with everything in it, read-only directories too. What does not go is left.
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      List<Path> all = paths.sorted(Comparator.reverseOrder()).toList();
      all.stream()
          .filter(path -> Files.isDirectory(path) && !Files.isWritable(path))
          .forEach(path -> path.toFile().setWritable(true));
      for (Path path : all) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("larder demo: could not remove all of " + folder + ": " + e.getMessage());
    }
  }
}
