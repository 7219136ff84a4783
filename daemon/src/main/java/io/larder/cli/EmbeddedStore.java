package io.larder.cli;

import io.larder.concurrent.Deadline;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The store of embedded nodes in the user's cache folder, held by one process at a time. Whoever
/// opened it closes it.
final class EmbeddedStore implements AutoCloseable {
  private static final String LOCK = "command.lock";
  private static final long PAUSE_MILLIS = 100;

  private final Path path;
  private final FileChannel lockFile;

  private EmbeddedStore(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /// Where it is: `$XDG_CACHE_HOME/larder`, or else `~/.cache/larder`, as the [XDG
  /// specification](https://specifications.freedesktop.org/basedir-spec/latest/) has it.
  static Path find(Environment environment) {
    Path cache = Path.of(environment.variable("XDG_CACHE_HOME"));
    if (cache.isAbsolute()) {
      return cache.resolve("larder");
    }
    String home = environment.variable("HOME");
    return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".cache", "larder");
  }

  /// Waits until no other process holds it.
  ///
  /// @param notice is run once when there is something to wait for
  /// @throws LarderException CONFLICT when another one still holds it at the deadline, DENIED when
  ///   this user cannot write there
  static EmbeddedStore open(Path path, Deadline deadline, Runnable notice)
      throws InterruptedException {
    try {
      Files.createDirectories(path);
      FileChannel lockFile =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        boolean noticed = false;
        while (tryLock(lockFile) == null) {
          if (deadline.passed()) {
            throw new LarderException(
                ErrorKind.CONFLICT,
                "another larder command is using "
                    + path
                    + "; wait for it, or start a daemon, which serves many at once");
          }
          if (!noticed) {
            notice.run();
            noticed = true;
          }
          Thread.sleep(PAUSE_MILLIS);
        }
        return new EmbeddedStore(path, lockFile);
      } catch (IOException | RuntimeException | InterruptedException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.DENIED,
          "cannot keep anything in "
              + path
              + " ("
              + e
              + "); set XDG_CACHE_HOME to a folder of yours, or start a daemon",
          e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by another thread of this process
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
