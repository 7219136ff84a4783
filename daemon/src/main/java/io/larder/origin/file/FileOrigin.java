package io.larder.origin.file;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.Listings;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `file:///path`: a file or a directory on a file system that this node mounts, such as NFS.
///
/// A file is pinned by size, modification time and inode. All three are looked at again after each
/// read and before its bytes are handed on, so a file that changes in place or is replaced is
/// noticed at once; no lock is taken. A network file system may show a change late (NFS: up to its
/// attribute cache time, usually seconds, but always when the file is opened anew).
///
/// Thread-safe. Reads block in the kernel, where a network mount that hangs can neither be
/// interrupted nor cut: mount it `soft` when that matters.
public final class FileOrigin implements Origin {
  private final Listings listings = new Listings();

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return listings.remember(list(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return listings.recall(revision, () -> list(revision.source(), deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    deadline.check("opening " + file.origin().location());
    Path path = Path.of(URI.create(file.origin().location()));
    try {
      return FileOriginStream.open(path, file, range);
    } catch (NoSuchFileException e) {
      throw new LarderException(
          ErrorKind.CONFLICT, path + " has gone since it was listed; ask for the source again", e);
    } catch (AccessDeniedException e) {
      throw denied(path, e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static Manifest list(Source source, Deadline deadline) throws InterruptedException {
    deadline.check("listing " + source);
    Path root = path(source);
    try {
      return new FileTree(source, root.toRealPath(), deadline).list();
    } catch (NoSuchFileException e) {
      throw new LarderException(
          ErrorKind.NOT_FOUND,
          source + ": there is no " + e.getFile() + " on this node; is the file system mounted?",
          e);
    } catch (AccessDeniedException e) {
      throw denied(Path.of(e.getFile()), e);
    } catch (IOException e) {
      throw unreadable(root, e);
    }
  }

  private static Path path(Source source) {
    URI uri;
    try {
      uri = new URI(source.uri());
    } catch (URISyntaxException e) {
      throw invalid(source, e.getReason() + "; write special characters as %20 and the like", e);
    }
    String host = uri.getRawAuthority();
    if (host != null && !host.equals("localhost")) {
      throw invalid(
          source, "'" + host + "' is not this node; write three slashes: file:///path", null);
    }
    if (uri.isOpaque() || !uri.getPath().startsWith("/")) {
      throw invalid(source, "the path is not absolute; write file:///path", null);
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw invalid(source, "in a file's name, write ? as %3F and # as %23", null);
    }
    try {
      return Path.of(uri.getPath());
    } catch (InvalidPathException e) {
      throw invalid(source, e.getReason(), e);
    }
  }

  private static LarderException invalid(Source source, String why, @Nullable Exception cause) {
    return new LarderException(
        ErrorKind.INVALID, source + " is not a source of files: " + why, cause);
  }

  static LarderException denied(Path path, AccessDeniedException cause) {
    return new LarderException(
        ErrorKind.DENIED,
        path + " may not be read by user " + System.getProperty("user.name") + "; check its mode",
        cause);
  }

  static LarderException unreadable(Path path, IOException cause) {
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        path + " cannot be read now: " + cause.getMessage() + "; check its file system",
        cause);
  }
}
