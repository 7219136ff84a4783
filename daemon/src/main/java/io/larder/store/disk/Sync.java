package io.larder.store.disk;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// fsync that is not broken off by an interrupt of the calling thread, which would leave a commit
/// half done. The interrupt is kept for later.
final class Sync {
  private Sync() {}

  /// The bytes of a file and its length are on the disk once this returns.
  static void file(Path file) throws IOException {
    force(file, false);
  }

  /// The names in a directory are on the disk once this returns.
  static void directory(Path directory) throws IOException {
    force(directory, true);
  }

  private static void force(Path path, boolean metadata) throws IOException {
    boolean interrupted = false;
    try {
      // Ends: every further round takes a further interrupt.
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(metadata);
          return;
        } catch (ClosedByInterruptException e) {
          // Again, on a new channel.
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
