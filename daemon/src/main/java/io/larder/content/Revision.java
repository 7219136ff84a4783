package io.larder.content;

import java.util.regex.Pattern;

/// A source pinned to something immutable.
///
/// @param source what was asked for
/// @param id the pinned state: a commit, a model version, or the digest of a listing with its
///   version ids or ETags. 1 to 128 characters out of `a-z A-Z 0-9 . _ -`, not starting with a dot,
///   so that it is a directory name as it is
public record Revision(Source source, String id) {
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  public Revision {
    if (!VALID.matcher(id).matches()) {
      throw new IllegalArgumentException("not a revision id: '" + id + "'");
    }
  }

  @Override
  public String toString() {
    return source + "#" + id;
  }
}
