package io.larder.origin.http;

import java.time.Duration;
import java.util.Map;

/// How web servers are asked.
///
/// @param connectTime longest wait for a connection
/// @param answerTime longest wait for the head of an answer
/// @param stallTime longest wait for the next byte
/// @param bearerTokens secrets by where they may go, each key being `scheme://host` or
///   `scheme://host:port` in lower case. A redirect elsewhere does not take a token along
public record HttpOptions(
    Duration connectTime,
    Duration answerTime,
    Duration stallTime,
    Map<String, String> bearerTokens) {
  public HttpOptions {
    bearerTokens = Map.copyOf(bearerTokens);
  }

  public static HttpOptions defaults() {
    return new HttpOptions(
        Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(15), Map.of());
  }

  public HttpOptions withBearerTokens(Map<String, String> tokens) {
    return new HttpOptions(connectTime, answerTime, stallTime, tokens);
  }

  public HttpOptions withStallTime(Duration time) {
    return new HttpOptions(connectTime, answerTime, time, bearerTokens);
  }

  public HttpOptions withAnswerTime(Duration time) {
    return new HttpOptions(connectTime, time, stallTime, bearerTokens);
  }

  /// Names where tokens go, not the tokens.
  @Override
  public String toString() {
    return "HttpOptions[connectTime=%s, answerTime=%s, stallTime=%s, bearerTokens=%s]"
        .formatted(connectTime, answerTime, stallTime, bearerTokens.keySet());
  }
}
