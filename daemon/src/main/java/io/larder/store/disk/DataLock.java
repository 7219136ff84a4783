package io.larder.store.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps a data folder to one store. The kernel lets go when the process ends, however it ends.
///
/// Linux gives file locks to processes and drops them as soon as the process closes *any*
/// descriptor of the file. So stores of one process are told apart here, before the file is
/// touched.
final class DataLock implements AutoCloseable {
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private DataLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// @throws LarderException CONFLICT when another process, or another store of this one, has it
  static DataLock take(Folders folders) {
    Path file;
    try {
      file = folders.data().toRealPath().resolve(folders.lock().getFileName());
    } catch (IOException e) {
      throw DiskFailure.of("locking " + folders.lock(), e);
    }
    if (!HELD_HERE.add(file)) {
      throw inUse(folders, String.valueOf(ProcessHandle.current().pid()));
    }
    boolean taken = false;
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          throw inUse(folders, Files.readString(file).strip());
        }
        channel.truncate(0);
        channel.write(UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
        taken = true;
        return new DataLock(file, channel);
      } finally {
        if (!taken) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw DiskFailure.of("locking " + file, e);
    } finally {
      if (!taken) {
        HELD_HERE.remove(file);
      }
    }
  }

  private static LarderException inUse(Folders folders, String holder) {
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
    } finally {
      HELD_HERE.remove(file);
    }
  }
}
