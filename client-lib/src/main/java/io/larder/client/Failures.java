package io.larder.client;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.larder.client.LarderClientException.Kind;
import io.larder.proto.common.ErrorKind;
import io.larder.proto.local.ErrorDetail;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From the transport's failures to this package's. */
final class Failures {
  private static final Metadata.Key<ErrorDetail> DETAIL =
      Metadata.Key.of(
          "larder-error-bin", ProtoUtils.metadataMarshaller(ErrorDetail.getDefaultInstance()));

  private Failures() {}

  /**
   * @param what was asked for, for the message
   */
  static LarderClientException of(Throwable failure, String what, Path socket) {
    ErrorDetail detail = detail(failure);
    if (detail != null) {
      return new LarderClientException(kind(detail.getKind()), detail.getMessage(), failure);
    }
    Status status = Status.fromThrowable(failure);
    String reason = Objects.requireNonNullElse(status.getDescription(), status.getCode().name());
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          new LarderClientException(
              Kind.UNAVAILABLE,
              what + " was not done in time; ask again, it goes on from where it is",
              failure);
      case UNAVAILABLE, CANCELLED ->
          new LarderClientException(
              Kind.UNAVAILABLE,
              what + " failed: the connection to the daemon at " + socket + " ended; ask again",
              failure);
      case UNIMPLEMENTED ->
          new LarderClientException(
              Kind.INVALID,
              what + " failed: the daemon at " + socket + " is too old to know it; upgrade it",
              failure);
      case RESOURCE_EXHAUSTED ->
          new LarderClientException(Kind.EXHAUSTED, what + " failed: " + reason, failure);
      default ->
          new LarderClientException(
              Kind.INTERNAL, what + " failed unexpectedly: " + reason, failure);
    };
  }

  private static @Nullable ErrorDetail detail(Throwable failure) {
    Metadata trailers = Status.trailersFromThrowable(failure);
    return trailers == null ? null : trailers.get(DETAIL);
  }

  private static Kind kind(ErrorKind kind) {
    return switch (kind) {
      case INVALID -> Kind.INVALID;
      case NOT_FOUND -> Kind.NOT_FOUND;
      case DENIED -> Kind.DENIED;
      case CONFLICT -> Kind.CONFLICT;
      case EXHAUSTED -> Kind.EXHAUSTED;
      case UNAVAILABLE -> Kind.UNAVAILABLE;
      case CORRUPT -> Kind.CORRUPT;
      case INTERNAL, ERROR_KIND_UNSPECIFIED, UNRECOGNIZED -> Kind.INTERNAL;
    };
  }
}
