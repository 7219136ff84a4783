package io.larder.origin.http;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a status that is not a success means (RFC 9110, section 15).
final class Statuses {
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  private Statuses() {}

  /// @param pinned whether bytes of a known revision were asked for: what is gone then has changed
  static LarderException failure(URI asked, Calls.Reply reply, boolean pinned) {
    int status = reply.status();
    String host = reply.from().getHost();
    String said = asked + ": " + host + " answered " + status;
    if (pinned && (status == 404 || status == 410 || status == 412 || status == 416)) {
      return changed(asked, "answer " + status);
    }
    return switch (status) {
      case 404, 410 ->
          new LarderException(
              ErrorKind.NOT_FOUND, said + ", so it is not there; check the address");
      case 401, 403, 407, 451 ->
          new LarderException(
              ErrorKind.DENIED,
              said
                  + ", so it may not be read "
                  + "as we ask; check the address and the token that is configured for "
                  + host);
      case 408, 425, 429 -> later(said + ": too busy for us now", reply);
      default ->
          status >= 500
              ? later(said + ": it does not work now", reply)
              : new LarderException(ErrorKind.INVALID, said + ", which Larder cannot use");
    };
  }

  static LarderException changed(URI asked, String sign) {
    return new LarderException(
        ErrorKind.CONFLICT,
        asked + " has changed since it was resolved (" + sign + "); ask for the source again");
  }

  private static LarderException later(String message, Calls.Reply reply) {
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        message,
        null,
        retryAfter(reply.header("Retry-After"), Instant.now()));
  }

  /// Seconds or a date (RFC 9110, section 10.2.3).
  static @Nullable Duration retryAfter(Optional<String> header, Instant now) {
    if (header.isEmpty()) {
      return null;
    }
    String value = header.get().strip();
    try {
      Duration wait =
          value.matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(value))
              : Duration.between(
                  now,
                  ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isNegative()
          ? Duration.ZERO
          : wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait;
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
