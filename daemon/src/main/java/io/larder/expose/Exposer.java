package io.larder.expose;

import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/// Makes a manifest visible as a directory tree of hard links to committed blobs. A tree is built
/// aside and renamed into place, so that it is there whole or not at all. Files are 0444 and
/// directories 0555. Thread-safe; callers see to it that one revision is exposed once at a time.
public final class Exposer {
  private final Path snapshots;
  private final Path workshop;
  private final BlobReader blobs;

  /// @param data the daemon's data folder; trees stand in its `snapshots`
  public Exposer(Path data, BlobReader blobs) {
    this.snapshots = data.resolve("snapshots");
    this.workshop = snapshots.resolve(".building");
    this.blobs = blobs;
    try {
      Files.createDirectories(snapshots);
      // What an earlier process left half-built or half-removed.
      deleteTree(workshop);
      Files.createDirectories(
          workshop,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw failed("preparing " + snapshots, e);
    }
  }

  /// What pods are given: the tree of a directory, or the file of a single file.
  public Path path(Manifest manifest) {
    Path directory = snapshots.resolve(Layout.directory(manifest.revision()));
    return switch (manifest.shape()) {
      case DIRECTORY -> directory;
      case FILE -> manifest.files().getFirst().path().below(directory);
    };
  }

  /// Whether the tree of a revision is there. It is whole then.
  public boolean isExposed(Revision revision) {
    return Files.isDirectory(snapshots.resolve(Layout.directory(revision)));
  }

  /// Builds the tree unless it is there.
  ///
  /// @return [#path]
  /// @throws LarderException NOT_FOUND when a blob of the manifest is not committed here
  public Path expose(Manifest manifest) {
    Path target = snapshots.resolve(Layout.directory(manifest.revision()));
    if (Files.isDirectory(target)) {
      return path(manifest);
    }
    Path building = workshop.resolve(UUID.randomUUID().toString());
    try {
      Set<Path> directories = new HashSet<>();
      makeDirectory(building, building, directories);
      for (FileEntry file : manifest.files()) {
        Path link = file.path().below(building);
        makeDirectory(Objects.requireNonNull(link.getParent()), building, directories);
        blobs.link(file.blob(), link);
      }
      for (Path directory : directories) {
        sync(directory);
        if (!directory.equals(building)) {
          Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
      }
      Path parent = Objects.requireNonNull(target.getParent());
      Files.createDirectories(parent);
      move(building, target);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
      sync(parent);
      return path(manifest);
    } catch (IOException e) {
      throw failed("exposing " + manifest.revision(), e);
    } finally {
      deleteQuietly(building);
    }
  }

  /// Takes the tree of a revision away. Idempotent. What is open in it stays readable until it is
  /// closed.
  public void withdraw(Revision revision) {
    Path tree = snapshots.resolve(Layout.directory(revision));
    Path leaving = workshop.resolve(UUID.randomUUID().toString());
    try {
      if (!Files.isDirectory(tree)) {
        return;
      }
      Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(tree, leaving, StandardCopyOption.ATOMIC_MOVE);
      Path parent = Objects.requireNonNull(tree.getParent());
      sync(parent);
      deleteTree(leaving);
      Files.delete(parent);
    } catch (DirectoryNotEmptyException e) {
      // Other revisions of the source are still there.
    } catch (IOException e) {
      throw failed("withdrawing " + revision, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      throw new LarderException(ErrorKind.CONFLICT, to + " appeared while it was being built", e);
    }
  }

  private static void makeDirectory(Path directory, Path root, Set<Path> made) throws IOException {
    for (Path next = directory;
        made.add(next) && !next.equals(root);
        next = Objects.requireNonNull(next.getParent(), "below its root")) {}
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path tree) {
    try {
      deleteTree(tree);
    } catch (IOException e) {
      throw failed("removing " + tree, e);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            // A directory that is 0555 does not let its entries go, unless one is root.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static LarderException failed(String what, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new LarderException(ErrorKind.CONFLICT, what + ": " + e.getMessage() + " has gone", e);
    }
    return new LarderException(ErrorKind.INTERNAL, what + " failed: " + e, e);
  }
}
