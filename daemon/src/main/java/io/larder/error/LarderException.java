package io.larder.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A failure of a known kind. The message names the thing, the reason and the way out, in one line.
public final class LarderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;
  private final @Nullable Duration retryAfter;

  public LarderException(ErrorKind kind, String message) {
    this(kind, message, null);
  }

  public LarderException(ErrorKind kind, String message, @Nullable Throwable cause) {
    this(kind, message, cause, null);
  }

  /// @param retryAfter how long the other side asks to be left alone, when it said so
  public LarderException(
      ErrorKind kind, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  public ErrorKind kind() {
    return kind;
  }

  /// How long the other side asked to be left alone before it is asked again.
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
