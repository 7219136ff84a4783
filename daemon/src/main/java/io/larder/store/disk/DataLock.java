package io.larder.store.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps a data folder to one process. The kernel lets go when the process ends, however it ends.
final class DataLock implements AutoCloseable {
  private final FileChannel channel;

  private DataLock(FileChannel channel) {
    this.channel = channel;
  }

  /// @throws LarderException CONFLICT when another process, or another store of this one, has it
  static DataLock take(Folders folders) {
    Path file = folders.lock();
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          throw inUse(folders);
        }
        channel.truncate(0);
        channel.write(UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
        return new DataLock(channel);
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw inUse(folders);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw DiskFailure.of("locking " + file, e);
    }
  }

  private static LarderException inUse(Folders folders) {
    String holder = "";
    try {
      holder = Files.readString(folders.lock()).strip();
    } catch (IOException e) {
      // The message does without.
    }
    return new LarderException(
        ErrorKind.CONFLICT,
        "the data folder "
            + folders.data()
            + " is in use by another Larder"
            + (holder.isEmpty() ? "" : " (process " + holder + ")")
            + "; stop it or choose another data folder");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw DiskFailure.of("unlocking the data folder", e);
    }
  }
}
