package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Several origins as one: the scheme of a source or location says which is meant. Thread-safe.
public final class Origins implements Origin {
  private final Map<String, Origin> byScheme;

  private Origins(Map<String, Origin> byScheme) {
    this.byScheme = byScheme;
  }

  /// @throws IllegalArgumentException when two answer for the same scheme
  public static Origins of(List<Origin> origins) {
    Map<String, Origin> byScheme = new TreeMap<>();
    for (Origin origin : origins) {
      for (String scheme : origin.schemes()) {
        if (byScheme.put(scheme, origin) != null) {
          throw new IllegalArgumentException("two origins answer for " + scheme);
        }
      }
    }
    return new Origins(byScheme);
  }

  /// The adapter that answers for a source.
  ///
  /// @throws LarderException INVALID when there is none, listing those there are
  public Origin find(Source source) {
    return of(source.scheme(), source.uri());
  }

  @Override
  public Set<String> schemes() {
    return Set.copyOf(byScheme.keySet());
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return find(source).resolve(source, deadline);
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    Source source = revision.source();
    return find(source).manifest(revision, deadline);
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    String location = file.origin().location();
    String scheme = location.substring(0, Math.max(0, location.indexOf(':')));
    return of(scheme.toLowerCase(Locale.ROOT), location).open(file, range, deadline);
  }

  private Origin of(String scheme, String uri) {
    Origin origin = byScheme.get(scheme);
    if (origin == null) {
      throw new LarderException(
          ErrorKind.INVALID,
          uri
              + ": Larder knows no origin for '"
              + scheme
              + ":'; it knows "
              + byScheme.keySet().stream().map(s -> s + "://").collect(Collectors.joining(", ")));
    }
    return origin;
  }
}
