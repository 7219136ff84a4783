package io.larder.boot.config;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much the store may hold.
public sealed interface Capacity {
  /// In bytes, given the folder that will hold the store; the folder need not exist yet.
  ///
  /// @throws LarderException UNAVAILABLE when the size of the disk cannot be read
  long bytesIn(Path folder);

  /// A fixed number.
  ///
  /// @param bytes at least 1
  record Fixed(long bytes) implements Capacity {
    @Override
    public long bytesIn(Path folder) {
      return bytes;
    }

    @Override
    public String toString() {
      return Units.bytes(bytes);
    }
  }

  /// A share of the whole disk, used or not.
  ///
  /// @param percent 1 to 100
  record ShareOfDisk(int percent) implements Capacity {
    @Override
    public long bytesIn(Path folder) {
      Path existing = folder.toAbsolutePath();
      while (!Files.exists(existing) && existing.getParent() != null) {
        existing = existing.getParent();
      }
      try {
        return Files.getFileStore(existing).getTotalSpace() / 100 * percent;
      } catch (IOException e) {
        throw new LarderException(
            ErrorKind.UNAVAILABLE,
            "store.capacity: cannot read the size of the disk of "
                + folder
                + " ("
                + e.getMessage()
                + "); give store.capacity in bytes, for example 500GiB",
            e);
      }
    }

    @Override
    public String toString() {
      return percent + "%";
    }
  }
}
