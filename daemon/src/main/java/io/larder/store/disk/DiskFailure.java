package io.larder.store.disk;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;

/// Failures of the disk in the project's terms.
final class DiskFailure {
  private DiskFailure() {}

  /// @param what was being done, as in "writing chunk 3 of …"
  /// @return EXHAUSTED when the disk is full, UNAVAILABLE when the thread was interrupted, DENIED
  ///   when a file mode forbids it, INTERNAL otherwise
  static LarderException of(String what, IOException e) {
    if (e instanceof ClosedChannelException) {
      return new LarderException(ErrorKind.UNAVAILABLE, what + " was interrupted", e);
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return new LarderException(
          ErrorKind.DENIED,
          what + " is not allowed: " + e.getMessage() + " belongs to another user or is read-only",
          e);
    }
    // The JDK has no type for these; its messages are those of strerror in the C locale.
    String reason = String.valueOf(e.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return full(what, e);
    }
    return new LarderException(
        ErrorKind.INTERNAL, what + " failed: " + reason + "; check the disk", e);
  }

  static LarderException full(String what, IOException e) {
    return new LarderException(
        ErrorKind.EXHAUSTED,
        what + " failed because the disk is full; free some space or lower store.capacity",
        e);
  }
}
