package io.larder.origin;

import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The last few listings of an adapter whose sources have no revisions of their own, so that
/// resolving a source and asking for its manifest list it once. Thread-safe.
///
/// What is remembered may be out of date at the source; that is harmless, because every file is
/// read under its own pin.
public final class Listings {
  private static final int MOST_LISTINGS = 16;
  private static final int MOST_FILES = 200_000;
  private static final int ID_DIGITS = 32;

  /// Latest first.
  private final Deque<Manifest> remembered = new ArrayDeque<>();

  /// Lists a source anew.
  @FunctionalInterface
  public interface Lister {
    Manifest list() throws InterruptedException;
  }

  /// The manifest of a listing. Its revision id is the first 32 hexadecimal digits of the SHA-256
  /// over path, size and pin of every file in the order of paths.
  ///
  /// @throws IllegalArgumentException when two paths collide, naming both
  public static Manifest pin(Source source, Manifest.Shape shape, List<FileEntry> files) {
    List<FileEntry> ordered = files.stream().sorted(Comparator.comparing(FileEntry::path)).toList();
    MessageDigest sha256 = Digest.newMessageDigest();
    for (FileEntry file : ordered) {
      String line = file.path() + "\0" + file.size() + "\0" + file.origin().validator() + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
    }
    String id = HexFormat.of().formatHex(sha256.digest()).substring(0, ID_DIGITS);
    return new Manifest(new Revision(source, id), shape, ordered);
  }

  /// Keeps a listing for a later [#recall].
  ///
  /// @return its revision
  public synchronized Revision remember(Manifest listing) {
    remembered.removeIf(other -> other.revision().equals(listing.revision()));
    remembered.addFirst(listing);
    int files = 0;
    int listings = 0;
    for (Iterator<Manifest> all = remembered.iterator(); all.hasNext(); ) {
      files += all.next().files().size();
      listings++;
      // The latest stays whatever its size: it is about to be asked for.
      if (listings > 1 && (listings > MOST_LISTINGS || files > MOST_FILES)) {
        all.remove();
      }
    }
    return listing.revision();
  }

  /// The listing of a revision, remembered or made anew.
  ///
  /// @throws LarderException CONFLICT when the source is no longer what the revision says
  public Manifest recall(Revision revision, Lister lister) throws InterruptedException {
    Optional<Manifest> known = find(revision);
    if (known.isPresent()) {
      return known.get();
    }
    Manifest listing = listAgain(revision, lister);
    remember(listing);
    if (!listing.revision().equals(revision)) {
      throw moved(revision, null);
    }
    return listing;
  }

  private static Manifest listAgain(Revision revision, Lister lister) throws InterruptedException {
    try {
      return lister.list();
    } catch (LarderException e) {
      throw e.kind() == ErrorKind.NOT_FOUND ? moved(revision, e) : e;
    }
  }

  private static LarderException moved(Revision revision, @Nullable LarderException cause) {
    return new LarderException(
        ErrorKind.CONFLICT,
        revision.source()
            + " has changed since it was resolved as revision "
            + revision.id()
            + (cause == null ? "" : " (" + cause.getMessage() + ")")
            + "; ask for it again to get what it is now",
        cause);
  }

  private synchronized Optional<Manifest> find(Revision revision) {
    return remembered.stream().filter(m -> m.revision().equals(revision)).findFirst();
  }
}
