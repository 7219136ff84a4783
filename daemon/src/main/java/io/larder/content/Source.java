package io.larder.content;

import java.util.Locale;

/// What a user asks for, as a URI; may move. Carries no secrets: user info in it is refused.
///
/// @param scheme lower case, without the colon
/// @param rest all behind the colon, as given
public record Source(String scheme, String rest) {
  /// @throws IllegalArgumentException naming what was given, what is wrong, and what would be right
  public static Source parse(String text) {
    String trimmed = text.strip();
    int colon = trimmed.indexOf(':');
    if (colon <= 0 || !trimmed.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
      throw new IllegalArgumentException(
          "'"
              + trimmed
              + "' is not a source: a source is a URI such as s3://bucket/prefix/, "
              + "https://host/file or file:///directory");
    }
    if (trimmed.chars().anyMatch(c -> Character.isISOControl(c) || c == ' ')) {
      throw new IllegalArgumentException(
          "the source '"
              + trimmed.replaceAll("\\p{Cntrl}", "?")
              + "' has spaces or control characters; write them as %20 and the like");
    }
    String scheme = trimmed.substring(0, colon).toLowerCase(Locale.ROOT);
    String rest = trimmed.substring(colon + 1);
    if (rest.startsWith("//")) {
      int end = indexOfAny(rest, 2);
      if (rest.substring(2, end).indexOf('@') >= 0
          && !scheme.equals("hf")
          && !scheme.equals("mlflow")) {
        throw new IllegalArgumentException(
            "the source "
                + scheme
                + "://***@… carries a user or password; credentials are configuration");
      }
    }
    return new Source(scheme, rest);
  }

  private static int indexOfAny(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if ("/?#".indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  /// The whole URI.
  public String uri() {
    return scheme + ":" + rest;
  }

  @Override
  public String toString() {
    return uri();
  }
}
