package io.larder.content;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A relative path that stays below the directory it is resolved against, whatever an origin says:
/// no empty, `.` or `..` segments, no leading slash, no backslash, no control characters, nothing
/// that a Linux file system cannot hold.
///
/// @param value segments joined by `/`
public record SafePath(String value) implements Comparable<SafePath> {
  private static final int LONGEST_SEGMENT = 255;
  private static final int LONGEST_PATH = 3072;

  /// @throws IllegalArgumentException naming the path and what is wrong with it
  public SafePath {
    if (value.isEmpty()) {
      throw refused(value, "it is empty");
    }
    if (value.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw refused(value, "it is longer than " + LONGEST_PATH + " bytes");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\') {
        throw refused(value, "it has a backslash");
      }
      if (Character.isISOControl(c)) {
        throw refused(value, "it has a control character (code " + (int) c + ")");
      }
      if (Character.isSurrogate(c)
          && !(Character.isHighSurrogate(c)
              && i + 1 < value.length()
              && Character.isLowSurrogate(value.charAt(i + 1)))) {
        if (!Character.isLowSurrogate(c)
            || i == 0
            || !Character.isHighSurrogate(value.charAt(i - 1))) {
          throw refused(value, "it is not valid Unicode");
        }
      }
    }
    if (value.startsWith("/")) {
      throw refused(value, "it is absolute");
    }
    for (String segment : value.split("/", -1)) {
      if (segment.isEmpty()) {
        throw refused(value, "it has an empty segment");
      }
      if (segment.equals(".") || segment.equals("..")) {
        throw refused(value, "it has a '" + segment + "' segment");
      }
      if (segment.getBytes(StandardCharsets.UTF_8).length > LONGEST_SEGMENT) {
        throw refused(value, "a segment is longer than " + LONGEST_SEGMENT + " bytes");
      }
    }
  }

  /// This path below a directory.
  public Path below(Path directory) {
    Path resolved = directory.resolve(value).normalize();
    if (!resolved.startsWith(directory.normalize())) {
      throw refused(value, "it leaves its directory");
    }
    return resolved;
  }

  private static IllegalArgumentException refused(String value, String why) {
    StringBuilder shown = new StringBuilder();
    value
        .codePoints()
        .limit(120)
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                shown.append(String.format("\\u%04x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return new IllegalArgumentException("the path '" + shown + "' is refused: " + why);
  }

  @Override
  public int compareTo(SafePath other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
