package io.larder.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call to the daemon failed. The message is one line and names the thing, the reason and the way
 * out.
 */
public final class LarderClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** The failures that callers can tell apart. */
  public enum Kind {
    /** The request is wrong; asking again the same way cannot help. */
    INVALID,
    /** What was asked for does not exist. */
    NOT_FOUND,
    /** The origin, or the mode of the daemon's socket, does not let us. */
    DENIED,
    /** It changed, is in use, or something else stands in its place. */
    CONFLICT,
    /** No space, or a limit is reached. */
    EXHAUSTED,
    /** No daemon, no origin, or not in time; asking again may help. */
    UNAVAILABLE,
    /** Bytes are not what their digest says. */
    CORRUPT,
    /** A defect in Larder; the daemon's log knows more. */
    INTERNAL
  }

  public LarderClientException(Kind kind, String message) {
    this(kind, message, null);
  }

  public LarderClientException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** Never null, unlike its overridden method. */
  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), kind.name());
  }
}
