package io.larder.api.grpc;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The place of a Unix socket in the file system. Claimed before binding: a lock file beside it
/// keeps a second daemon out, and a socket that a dead daemon left is told from a live one. The
/// server binds to [#staging()], and [#publish] gives that its mode and renames it into place, so
/// that no client ever meets a socket with the wrong mode or with nobody behind it. Not
/// thread-safe.
final class SocketFile implements AutoCloseable {
  /// What clients on the JDK can address: one less than the kernel, whose 108 bytes hold a NUL,
  /// too.
  private static final int LONGEST_PATH = 106;

  private final Path path;
  private final FileChannel lockFile;
  private @Nullable Object published;

  private SocketFile(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /// @throws LarderException INVALID when the path cannot be a socket's, CONFLICT when something
  ///   lives there, DENIED when its directory is not ours
  static SocketFile claim(Path path) {
    checkLength(path);
    try {
      createParent(path);
      FileChannel lockFile =
          FileChannel.open(
              sibling(path, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (tryLock(lockFile) == null || isLive(path)) {
          throw new LarderException(
              ErrorKind.CONFLICT,
              "another daemon serves the socket "
                  + path
                  + "; stop it, or give this one another socket");
        }
        checkReplaceable(path);
        Files.deleteIfExists(staging(path));
        return new SocketFile(path, lockFile);
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.DENIED,
          "cannot make the socket "
              + path
              + " ("
              + e
              + "); run as a user who may write its directory, or choose another socket",
          e);
    }
  }

  /// Where to bind. As long as the lock is held, nobody else uses it.
  Path staging() {
    return staging(path);
  }

  /// Puts what was bound into place, over a dead daemon's socket if there is one.
  void publish(Set<PosixFilePermission> mode) {
    try {
      Files.setPosixFilePermissions(staging(), mode);
      Files.move(staging(), path, StandardCopyOption.ATOMIC_MOVE);
      published = key(path);
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.DENIED, "cannot put the socket into place at " + path + " (" + e + ")", e);
    }
  }

  /// Takes the socket away, unless somebody has put another one in its place. Idempotent.
  @Override
  public void close() throws IOException {
    if (!lockFile.isOpen()) {
      return;
    }
    try {
      Files.deleteIfExists(staging());
      if (published != null && Files.exists(path) && published.equals(key(path))) {
        Files.delete(path);
      }
    } finally {
      // The lock file stays: deleting it would let two daemons lock two files of one name.
      lockFile.close();
    }
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /// Its name is a digest, so that a long socket path does not become too long by a suffix.
  private static Path staging(Path path) {
    return path.resolveSibling(
        String.format("~%08x", String.valueOf(path.getFileName()).hashCode()));
  }

  private static void checkLength(Path path) {
    int length = Math.max(length(path), length(staging(path)));
    if (length > LONGEST_PATH) {
      throw new LarderException(
          ErrorKind.INVALID,
          "the socket path "
              + path
              + " is too long: it needs "
              + length
              + " bytes, and a Unix socket's address has "
              + LONGEST_PATH
              + "; choose a shorter one");
    }
  }

  private static int length(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static void createParent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new LarderException(ErrorKind.INVALID, "the socket path " + path + " is a directory");
    }
    try {
      Files.createDirectories(parent);
    } catch (FileAlreadyExistsException e) {
      throw new LarderException(
          ErrorKind.CONFLICT,
          "cannot make the socket "
              + path
              + ": "
              + e.getFile()
              + " is not a directory; choose another socket",
          e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  private static boolean isLive(Path path) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// Refuses to replace what is not a socket.
  private static void checkReplaceable(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      throw new LarderException(
          ErrorKind.CONFLICT,
          "there is something at " + path + " that is not a socket; remove it or choose another");
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
