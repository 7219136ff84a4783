package io.larder.origin.file;

import io.larder.concurrent.Deadline;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.SafePath;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.Listings;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One walk over a directory. A symbolic link is followed when it stays inside. A directory that
/// changes during the walk is a CONFLICT; a file that does is noticed when it is read. One thread.
final class FileTree {
  /// Linked directories could otherwise multiply without end.
  private static final int MOST_FILES = 1_000_000;

  private final Source source;
  private final Path root;
  private final Deadline deadline;
  private final List<FileEntry> files = new ArrayList<>();
  private final Map<Path, FilePin> directories = new LinkedHashMap<>();

  /// @param root a real path: absolute, without links
  FileTree(Source source, Path root, Deadline deadline) {
    this.source = source;
    this.root = root;
    this.deadline = deadline;
  }

  Manifest list() throws IOException, InterruptedException {
    FilePin pin = FilePin.of(root);
    if (pin.type() != FilePin.Type.DIRECTORY) {
      Path name = root.getFileName();
      add(name == null ? "" : name.toString(), root, pin);
      return Listings.pin(source, Manifest.Shape.FILE, files);
    }
    try {
      walk(root, pin, "", List.of());
      checkUnchanged();
    } catch (NoSuchFileException e) {
      throw changed(e.getFile());
    }
    if (files.isEmpty()) {
      throw new LarderException(
          ErrorKind.NOT_FOUND,
          source
              + ": the directory is there but holds no files; is the right file system mounted?");
    }
    return Listings.pin(source, Manifest.Shape.DIRECTORY, files);
  }

  /// @param prefix of paths below `directory`: empty, or ending in a slash
  /// @param above directories on the way here, to find loops of links
  private void walk(Path directory, FilePin pin, String prefix, List<Path> above)
      throws IOException, InterruptedException {
    if (above.contains(directory)) {
      throw new FileSystemLoopException(directory.toString());
    }
    List<Path> below = new ArrayList<>(above);
    below.add(directory);
    directories.putIfAbsent(directory, pin);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        visit(child, prefix + child.getFileName(), below);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void visit(Path child, String path, List<Path> above)
      throws IOException, InterruptedException {
    deadline.check("listing " + source);
    if (Thread.interrupted()) {
      throw new InterruptedException("listing " + source);
    }
    FilePin pin = FilePin.of(child);
    Path real = child;
    if (pin.type() == FilePin.Type.LINK) {
      real = follow(child);
      pin = FilePin.of(real);
    }
    if (pin.type() != FilePin.Type.DIRECTORY) {
      add(path, real, pin);
      return;
    }
    try {
      walk(real, pin, path + "/", above);
    } catch (FileSystemLoopException e) {
      throw refused("the symbolic link " + child + " makes a loop: it leads back to " + real);
    }
  }

  private Path follow(Path link) throws IOException {
    Path real;
    try {
      real = link.toRealPath();
    } catch (NoSuchFileException e) {
      throw refused(
          "the symbolic link "
              + link
              + " leads to "
              + Files.readSymbolicLink(link)
              + ", which is not there");
    }
    if (!real.startsWith(root)) {
      throw refused(
          "the symbolic link "
              + link
              + " leads to "
              + real
              + ", outside of "
              + root
              + "; copy the directory with its links resolved (cp -rL), or ask for one that holds"
              + " both");
    }
    return real;
  }

  private void add(String path, Path real, FilePin pin) {
    if (pin.type() != FilePin.Type.FILE) {
      throw refused(real + " is neither a file nor a directory (a socket, pipe or device)");
    }
    if (path.indexOf('\uFFFD') >= 0) {
      throw refused(
          "the name of '"
              + path
              + "' is not UTF-8 (rename it, see convmv), or the daemon's locale is not (start it"
              + " with LC_ALL=C.UTF-8)");
    }
    if (files.size() == MOST_FILES) {
      throw refused("it holds more than " + MOST_FILES + " files; ask for a part of it");
    }
    SafePath safe;
    try {
      safe = new SafePath(path);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage() + "; rename it");
    }
    OriginRef ref =
        new OriginRef(real.toUri().toASCIIString(), pin.validator(), OriginRef.Access.RANGES);
    files.add(new FileEntry(safe, pin.size(), ref.pinned(pin.size()), ref));
  }

  private void checkUnchanged() throws IOException {
    for (Map.Entry<Path, FilePin> directory : directories.entrySet()) {
      if (!FilePin.of(directory.getKey()).equals(directory.getValue())) {
        throw changed(directory.getKey().toString());
      }
    }
  }

  private LarderException changed(String where) {
    return new LarderException(
        ErrorKind.CONFLICT,
        source + ": " + where + " changed while it was being listed; ask again when it is at rest");
  }

  private LarderException refused(String why) {
    return new LarderException(ErrorKind.INVALID, source + ": " + why);
  }
}
