package io.larder.origin.s3;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// What the SDK's exceptions mean.
final class S3Failures {
  private final S3Options options;
  private final Supplier<String> credentials;

  /// @param credentials where they come from, in words
  S3Failures(S3Options options, Supplier<String> credentials) {
    this.options = options;
    this.credentials = credentials;
  }

  /// @param what was asked for
  /// @param pinned whether bytes of a known revision were asked for: what is gone then has changed
  LarderException of(String what, SdkException e, boolean pinned) throws InterruptedException {
    // Before interrupts: the SDK ends a call that takes too long by one.
    if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
      return unavailable(what, options.place() + " did not answer in time", e, null);
    }
    rethrowInterrupt(what, e);
    if (e instanceof AwsServiceException answer) {
      return answered(what, answer, pinned);
    }
    UnknownHostException unknown = find(e, UnknownHostException.class);
    if (unknown != null) {
      return unavailable(
          what,
          "the name "
              + String.valueOf(unknown.getMessage()).split(":", 2)[0]
              + " is not known to DNS here; check the endpoint and the bucket",
          e,
          null);
    }
    if (find(e, SocketTimeoutException.class) != null) {
      return unavailable(
          what,
          options.place() + " sent nothing for " + options.stallTime().toMillis() + " ms",
          e,
          null);
    }
    if (String.valueOf(e.getMessage()).contains("credentials")) {
      return new LarderException(
          ErrorKind.DENIED,
          what
              + ": there are no credentials for S3; set AWS_ACCESS_KEY_ID and"
              + " AWS_SECRET_ACCESS_KEY, a profile or a service account, or configure the bucket"
              + " as public (anonymous)",
          e);
    }
    return unavailable(what, options.place() + " is not reachable (" + reason(e) + ")", e, null);
  }

  private LarderException answered(String what, AwsServiceException e, boolean pinned) {
    int status = e.statusCode();
    String code = code(e);
    String said = options.place() + " answered " + status + (code.isEmpty() ? "" : " " + code);
    if (code.equals("NoSuchBucket")) {
      return new LarderException(
          ErrorKind.NOT_FOUND,
          what
              + ": there is no such bucket at "
              + options.place()
              + "; check its name, the endpoint and the region",
          e);
    }
    if (status == 412 || (pinned && (status == 404 || status == 405 || status == 416))) {
      return changed(what, said, e);
    }
    if (status == 401 || status == 403) {
      return new LarderException(
          ErrorKind.DENIED,
          what
              + ": "
              + said
              + "; check the credentials ("
              + credentials.get()
              + ") and that they may s3:ListBucket and s3:GetObject (with versions also"
              + " s3:GetObjectVersion) there",
          e);
    }
    if (status == 301 || status == 307 || code.equals("AuthorizationHeaderMalformed")) {
      return new LarderException(
          ErrorKind.INVALID,
          what
              + ": "
              + said
              + ", so the bucket is in another region"
              + header(e, "x-amz-bucket-region").map(r -> ", " + r).orElse("")
              + "; set AWS_REGION",
          e);
    }
    if (status == 429 || status >= 500 || status == 408 || code.equals("RequestTimeout")) {
      return unavailable(
          what,
          said + ", so it does not work now",
          e,
          header(e, "Retry-After").map(S3Failures::seconds).orElse(null));
    }
    if (status == 404) {
      return new LarderException(ErrorKind.NOT_FOUND, what + " is not there: " + said, e);
    }
    return new LarderException(ErrorKind.INVALID, what + ": " + said + " (" + reason(e) + ")", e);
  }

  static LarderException changed(String what, String sign, @Nullable Exception cause) {
    return new LarderException(
        ErrorKind.CONFLICT,
        what + " has changed since it was resolved (" + sign + "); ask for the source again",
        cause);
  }

  /// The error code of an answer; empty when it has no body to say so.
  static String code(AwsServiceException e) {
    AwsErrorDetails details = e.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static Optional<String> header(AwsServiceException e, String name) {
    AwsErrorDetails details = e.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? Optional.empty()
        : details.sdkHttpResponse().firstMatchingHeader(name);
  }

  private static @Nullable Duration seconds(String value) {
    return value.strip().matches("\\d{1,6}")
        ? Duration.ofSeconds(Long.parseLong(value.strip()))
        : null;
  }

  private static LarderException unavailable(
      String what, String why, @Nullable Exception cause, @Nullable Duration retryAfter) {
    return new LarderException(ErrorKind.UNAVAILABLE, what + ": " + why, cause, retryAfter);
  }

  /// An interrupt of a virtual thread closes the socket it waits for and shows as its failure.
  static void rethrowInterrupt(String what, Exception e) throws InterruptedException {
    if (Thread.interrupted()
        || find(e, InterruptedException.class) != null
        || find(e, AbortedException.class) != null) {
      throw (InterruptedException) new InterruptedException(what).initCause(e);
    }
  }

  private static <T> @Nullable T find(@Nullable Throwable e, Class<T> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }

  private static String reason(SdkException e) {
    String message =
        e instanceof S3Exception answer && answer.awsErrorDetails() != null
            ? answer.awsErrorDetails().errorMessage()
            : e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
  }
}
