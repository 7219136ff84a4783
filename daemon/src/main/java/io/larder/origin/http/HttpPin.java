package io.larder.origin.http;

import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.Optional;

/// What tells one state of a web resource from the next, as a validator of an
/// [io.larder.content.OriginRef]: a strong ETag, else the time of the last change (whose steps are
/// seconds: two changes of the same size within one are not told apart), else a weak ETag.
record HttpPin(String validator) {
  private static final String ETAG = "etag:";
  private static final String MODIFIED = "modified:";

  static Optional<HttpPin> of(HttpHeaders headers) {
    Optional<String> etag = headers.firstValue("ETag").map(String::strip);
    Optional<String> strong = etag.filter(tag -> tag.startsWith("\""));
    if (strong.isPresent()) {
      return Optional.of(new HttpPin(ETAG + strong.get()));
    }
    return headers
        .firstValue("Last-Modified")
        .map(date -> MODIFIED + date.strip())
        .or(() -> etag.map(tag -> ETAG + tag))
        .map(HttpPin::new);
  }

  /// The precondition to send. Servers may ignore it: check the answer by [#holds] all the same.
  Map<String, String> precondition() {
    if (validator.startsWith(MODIFIED)) {
      return Map.of("If-Unmodified-Since", validator.substring(MODIFIED.length()));
    }
    // A weak tag never matches in If-Match.
    return validator.startsWith(ETAG + "\"")
        ? Map.of("If-Match", validator.substring(ETAG.length()))
        : Map.of();
  }

  /// Whether an answer is of the pinned state.
  boolean holds(HttpHeaders headers) {
    return validator.startsWith(MODIFIED)
        ? headers
            .firstValue("Last-Modified")
            .map(String::strip)
            .equals(Optional.of(validator.substring(MODIFIED.length())))
        : headers
            .firstValue("ETag")
            .map(String::strip)
            .equals(Optional.of(validator.substring(ETAG.length())));
  }
}
