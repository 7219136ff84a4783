package io.larder.error;

/// The kinds of failure that callers can tell apart. The one place that maps them to exit codes,
/// gRPC codes (by number, see [io.grpc.Status.Code](https://grpc.io/docs/guides/status-codes/)) and
/// HTTP status.
public enum ErrorKind {
  /// The request or the configuration is wrong; asking again the same way cannot help.
  INVALID(2, 3, 400),
  /// What was asked for does not exist.
  NOT_FOUND(3, 5, 404),
  /// The origin or a file mode does not let us.
  DENIED(4, 7, 403),
  /// It changed, or something else stands in its place.
  CONFLICT(5, 10, 409),
  /// No space, or a limit is reached.
  EXHAUSTED(6, 8, 507),
  /// Not reachable now, or not in time; asking again may help.
  UNAVAILABLE(7, 14, 503),
  /// Bytes are not what their digest says.
  CORRUPT(8, 15, 502),
  /// A defect in Larder.
  INTERNAL(9, 13, 500);

  private final int exitCode;
  private final int grpcCode;
  private final int httpStatus;

  ErrorKind(int exitCode, int grpcCode, int httpStatus) {
    this.exitCode = exitCode;
    this.grpcCode = grpcCode;
    this.httpStatus = httpStatus;
  }

  /// What the CLI exits with.
  public int exitCode() {
    return exitCode;
  }

  /// The number of the gRPC status code.
  public int grpcCode() {
    return grpcCode;
  }

  public int httpStatus() {
    return httpStatus;
  }
}
