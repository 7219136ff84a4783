package io.larder.error;

import org.jspecify.annotations.Nullable;

/// A failure of a known kind. The message names the thing, the reason and the way out, in one line.
public final class LarderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;

  public LarderException(ErrorKind kind, String message) {
    this(kind, message, null);
  }

  public LarderException(ErrorKind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public ErrorKind kind() {
    return kind;
  }
}
