package io.larder.origin;

import java.time.Duration;

/// How often and when an origin is asked again.
///
/// @param attempts at most, the first one included, without [RetryingOrigin#PROGRESS] in between
/// @param firstPause upper bound of the pause after the first failure; doubles with each one
/// @param longestPause upper bound of all pauses that the origin did not ask for
/// @param resumeTime for a broken stream to come back
/// @param slowest bytes per second below which a stream is cut and resumed; 0 for none
/// @param slowTime of waiting for bytes over which the rate is taken
public record RetryOptions(
    int attempts,
    Duration firstPause,
    Duration longestPause,
    Duration resumeTime,
    long slowest,
    Duration slowTime) {
  public RetryOptions {
    if (attempts < 1) {
      throw new IllegalArgumentException("at least one attempt, not " + attempts);
    }
  }

  public static RetryOptions defaults() {
    return new RetryOptions(
        6,
        Duration.ofMillis(250),
        Duration.ofSeconds(20),
        Duration.ofMinutes(2),
        16 << 10,
        Duration.ofSeconds(15));
  }
}
