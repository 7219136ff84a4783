package io.larder.origin.http;

import io.larder.concurrent.Deadline;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks web servers: redirects, credentials, deadlines, and what failures mean. Thread-safe.
///
/// The JDK's client: no dependency, subscribers that get its buffers without a copy, and a call
/// that can be cancelled. HTTP/1.1 on purpose: with HTTP/2 all streams to a server share one
/// connection and its congestion window, and cutting one does not stop what is in flight.
final class Calls implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HttpOptions options;
  private final HttpClient client;

  Calls(HttpOptions options) {
    this.options = options;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.connectTime())
            .build();
  }

  /// An answer that is not a redirect, of any status. Whoever gets it closes it.
  ///
  /// @param from where it came from in the end; may carry a signature, so not for messages
  record Reply(URI from, int status, HttpHeaders headers, BodyPipe body) implements AutoCloseable {
    Optional<String> header(String name) {
      return headers.firstValue(name);
    }

    @Override
    public void close() {
      body.close();
    }
  }

  /// @param headers to send, besides those that every request has
  Reply send(String method, URI asked, Map<String, String> headers, Deadline deadline)
      throws InterruptedException {
    URI uri = asked;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .method(method, HttpRequest.BodyPublishers.noBody())
              .header("Accept-Encoding", "identity")
              .header("User-Agent", "larder");
      headers.forEach(request::header);
      String token = options.bearerTokens().get(place(uri));
      if (token != null) {
        request.header("Authorization", "Bearer " + token);
      }
      HttpResponse<BodyPipe> response = exchange(request.build(), asked, deadline);
      if (!REDIRECTS.contains(response.statusCode())) {
        return new Reply(uri, response.statusCode(), response.headers(), response.body());
      }
      response.body().close();
      uri = next(asked, uri, response.headers().firstValue("Location"));
    }
    throw new LarderException(
        ErrorKind.INVALID,
        asked + " redirects more than " + MOST_REDIRECTS + " times, perhaps in a loop");
  }

  private HttpResponse<BodyPipe> exchange(HttpRequest request, URI asked, Deadline deadline)
      throws InterruptedException {
    deadline.check("asking for " + asked);
    Duration longest = deadline.atMost(options.answerTime()).left();
    BodyPipe body = new BodyPipe();
    CompletableFuture<HttpResponse<BodyPipe>> call = client.sendAsync(request, _ -> body);
    try {
      return call.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(call, body);
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          asked
              + ": "
              + request.uri().getHost()
              + " did not answer within "
              + longest.toMillis()
              + " ms",
          e);
    } catch (InterruptedException e) {
      giveUp(call, body);
      throw e;
    } catch (ExecutionException e) {
      throw unreachable(asked, request.uri(), e.getCause() == null ? e : e.getCause());
    }
  }

  /// Cuts the connection also when the answer has come at the same moment: cancelling the call
  /// alone would leave its body waiting for a reader for ever.
  private static void giveUp(CompletableFuture<?> call, BodyPipe body) {
    call.cancel(true);
    body.close();
  }

  /// Where a redirect leads, when it may be followed.
  static URI next(URI asked, URI from, Optional<String> location) {
    URI to;
    try {
      to = from.resolve(location.orElseThrow());
    } catch (RuntimeException e) {
      throw new LarderException(
          ErrorKind.INVALID, asked + " redirects to nowhere: its Location is missing or broken", e);
    }
    String scheme = to.getScheme().toLowerCase(Locale.ROOT);
    if (to.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new LarderException(
          ErrorKind.INVALID, asked + " redirects to something that is not on the web");
    }
    if (from.getScheme().equalsIgnoreCase("https") && scheme.equals("http")) {
      throw new LarderException(
          ErrorKind.INVALID,
          asked
              + " redirects from https to plain http on "
              + to.getHost()
              + ", which is refused: anybody on the way could change the bytes");
    }
    return to;
  }

  /// The key of a token.
  private static String place(URI uri) {
    String place = uri.getScheme() + "://" + uri.getHost();
    return (uri.getPort() < 0 ? place : place + ":" + uri.getPort()).toLowerCase(Locale.ROOT);
  }

  private static LarderException unreachable(URI asked, URI at, Throwable cause) {
    String host = at.getHost();
    if (has(cause, UnresolvedAddressException.class) || has(cause, UnknownHostException.class)) {
      return new LarderException(
          ErrorKind.UNAVAILABLE,
          asked + ": the name " + host + " is not known to DNS here; check its spelling",
          cause);
    }
    if (has(cause, CertificateException.class)) {
      return new LarderException(
          ErrorKind.INVALID,
          asked
              + ": the certificate of "
              + host
              + " is not trusted; add its authority to the JDK's trust store"
              + " (-Djavax.net.ssl.trustStore)",
          cause);
    }
    return new LarderException(
        ErrorKind.UNAVAILABLE, asked + ": " + broken(at.getAuthority(), cause), cause);
  }

  private static String broken(String server, Throwable cause) {
    if (has(cause, HttpConnectTimeoutException.class)) {
      return "no connection to " + server + " in time; it is down or out of reach";
    }
    if (has(cause, ConnectException.class)) {
      // The JDK tells nothing of a refused connection.
      return "no connection to "
          + server
          + (cause.getMessage() == null ? ": nothing listens there" : " (" + reason(cause) + ")");
    }
    return "the connection to " + server + " broke (" + reason(cause) + ")";
  }

  private static boolean has(@Nullable Throwable cause, Class<?> type) {
    return cause != null && (type.isInstance(cause) || has(cause.getCause(), type));
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
  }

  /// Ends all calls.
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
