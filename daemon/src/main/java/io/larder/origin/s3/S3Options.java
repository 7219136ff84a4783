package io.larder.origin.s3;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// How S3 is asked. Credentials are no part of it: they come from the SDK's default chain
/// (environment, system properties, profile, service account, container, machine).
///
/// @param endpoint of a server other than Amazon's
/// @param region else the SDK's default chain, else us-east-1
/// @param pathStyle whether the bucket is in the path instead of the host name; else so when there
///   is an endpoint
/// @param anonymous whether requests go unsigned, for public buckets
/// @param connections at most at a time
/// @param connectTime longest wait for a connection
/// @param answerTime longest wait for the head of an answer
/// @param stallTime longest wait for the next byte
public record S3Options(
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Boolean> pathStyle,
    boolean anonymous,
    int connections,
    Duration connectTime,
    Duration answerTime,
    Duration stallTime) {
  public static S3Options defaults() {
    return new S3Options(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        64,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(15));
  }

  /// The defaults with what the usual variables say: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`,
  /// `AWS_REGION`, `AWS_DEFAULT_REGION`.
  ///
  /// @throws LarderException INVALID when the endpoint is not a URL
  public static S3Options fromEnvironment(Map<String, String> environment) {
    S3Options options = defaults();
    Optional<String> endpoint = first(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    if (endpoint.isPresent()) {
      options = options.withEndpoint(parse(endpoint.get()));
    }
    Optional<String> region = first(environment, "AWS_REGION", "AWS_DEFAULT_REGION");
    return region.isPresent() ? options.withRegion(region.get()) : options;
  }

  private static Optional<String> first(Map<String, String> environment, String... names) {
    return Stream.of(names)
        .flatMap(name -> Optional.ofNullable(environment.get(name)).stream())
        .filter(value -> !value.isBlank())
        .findFirst();
  }

  private static URI parse(String endpoint) {
    try {
      URI uri = new URI(endpoint.strip());
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, like one that parses but is no endpoint.
    }
    throw new LarderException(
        ErrorKind.INVALID,
        "the S3 endpoint '" + endpoint + "' is not a URL such as https://s3.example.org:9000");
  }

  public S3Options withEndpoint(URI uri) {
    return new S3Options(
        Optional.of(uri),
        region,
        pathStyle,
        anonymous,
        connections,
        connectTime,
        answerTime,
        stallTime);
  }

  public S3Options withRegion(String name) {
    return new S3Options(
        endpoint,
        Optional.of(name),
        pathStyle,
        anonymous,
        connections,
        connectTime,
        answerTime,
        stallTime);
  }

  public S3Options withPathStyle(boolean inPath) {
    return new S3Options(
        endpoint,
        region,
        Optional.of(inPath),
        anonymous,
        connections,
        connectTime,
        answerTime,
        stallTime);
  }

  public S3Options withTimes(Duration answer, Duration stall) {
    return new S3Options(
        endpoint, region, pathStyle, anonymous, connections, connectTime, answer, stall);
  }

  /// Where requests go, for messages.
  String place() {
    return endpoint.map(URI::toString).orElse("Amazon S3")
        + region.map(r -> ", region " + r).orElse("");
  }
}
