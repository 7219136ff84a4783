package io.larder.client;

import java.time.Duration;
import java.util.Optional;

/**
 * What to have on this node. Immutable.
 *
 * @param source a URI such as {@code s3://bucket/prefix/}, {@code https://host/file} or {@code
 *     file:///directory}
 * @param pinOwner owner of a pin that is taken together with the result, in one step
 * @param timeout how long to wait at most; the daemon's own limit (a day) when empty. When it
 *     passes, what has arrived stays on the node and the next request goes on from there
 */
public record EnsureRequest(String source, Optional<String> pinOwner, Optional<Duration> timeout) {
  public EnsureRequest {
    if (timeout.isPresent() && (timeout.get().isNegative() || timeout.get().isZero())) {
      throw new IllegalArgumentException("a timeout must be positive, not " + timeout.get());
    }
  }

  /** A request without pin and timeout. */
  public static EnsureRequest of(String source) {
    return new EnsureRequest(source, Optional.empty(), Optional.empty());
  }

  /** The same with a pin, so that the artifact stays until {@link LarderClient#unpin}. */
  public EnsureRequest pinnedBy(String owner) {
    return new EnsureRequest(source, Optional.of(owner), timeout);
  }

  /** The same with a timeout. */
  public EnsureRequest within(Duration most) {
    return new EnsureRequest(source, pinOwner, Optional.of(most));
  }
}
