package io.larder.api.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.local.ErrorDetail;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From failures to what a client is told. A client sees the message of a [LarderException]; of
/// anything else only that it happened, and the log has the rest.
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private static final Metadata.Key<ErrorDetail> DETAIL =
      Metadata.Key.of(
          "larder-error-bin", ProtoUtils.metadataMarshaller(ErrorDetail.getDefaultInstance()));

  /// A client accepts 8 KiB of trailers, and the message is in them twice: once in base 64 (4/3),
  /// once in percent encoding (up to 3).
  private static final int MOST_MESSAGE_BYTES = 1_500;

  private Failures() {}

  static void send(Exception failure, ServerCallStreamObserver<?> reply) {
    if (reply.isCancelled()) {
      log.debug("a call that its caller has given up ended", failure);
      return;
    }
    switch (failure) {
      case LarderException known -> {
        if (known.kind() == ErrorKind.INTERNAL) {
          log.error("a call on the local API failed", known);
        }
        send(known.kind(), message(known), reply);
      }
      case InterruptedException stopping ->
          send(ErrorKind.UNAVAILABLE, "the daemon stops; ask again when it is back", reply);
      default -> {
        log.error("a call on the local API failed unexpectedly", failure);
        send(
            ErrorKind.INTERNAL,
            "an unexpected failure in the daemon ("
                + failure.getClass().getSimpleName()
                + "); its log has the details",
            reply);
      }
    }
  }

  private static String message(LarderException known) {
    String message = String.valueOf(known.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " ");
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MOST_MESSAGE_BYTES) {
      return message;
    }
    int end = MOST_MESSAGE_BYTES;
    while ((bytes[end] & 0xC0) == 0x80) {
      end--; // not inside a character
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + "…";
  }

  private static void send(ErrorKind kind, String message, ServerCallStreamObserver<?> reply) {
    Metadata trailers = new Metadata();
    trailers.put(DETAIL, ErrorDetail.newBuilder().setKind(wire(kind)).setMessage(message).build());
    reply.onError(
        Status.fromCodeValue(kind.grpcCode())
            .withDescription(message)
            .asRuntimeException(trailers));
  }

  private static io.larder.proto.common.ErrorKind wire(ErrorKind kind) {
    return switch (kind) {
      case INVALID -> io.larder.proto.common.ErrorKind.INVALID;
      case NOT_FOUND -> io.larder.proto.common.ErrorKind.NOT_FOUND;
      case DENIED -> io.larder.proto.common.ErrorKind.DENIED;
      case CONFLICT -> io.larder.proto.common.ErrorKind.CONFLICT;
      case EXHAUSTED -> io.larder.proto.common.ErrorKind.EXHAUSTED;
      case UNAVAILABLE -> io.larder.proto.common.ErrorKind.UNAVAILABLE;
      case CORRUPT -> io.larder.proto.common.ErrorKind.CORRUPT;
      case INTERNAL -> io.larder.proto.common.ErrorKind.INTERNAL;
    };
  }
}
