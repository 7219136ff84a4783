package io.larder.origin;

import java.nio.ByteBuffer;

/// Bytes on their way from an origin: exactly as many as the range that was asked for. One thread;
/// the opener closes, which also cuts the connection.
public interface OriginStream extends AutoCloseable {
  /// Reads some bytes, waiting for at least one, for as long as the adapter's stall time at the
  /// most.
  ///
  /// @return number of bytes read into `target`; -1 at the end of the range
  /// @throws io.larder.error.LarderException UNAVAILABLE when the stream breaks, ends early or
  ///   stalls
  int read(ByteBuffer target) throws InterruptedException;

  @Override
  void close();

  /// The stream of an empty range.
  static OriginStream empty() {
    return new OriginStream() {
      @Override
      public int read(ByteBuffer target) {
        return -1;
      }

      @Override
      public void close() {
        // Holds nothing.
      }
    };
  }
}
