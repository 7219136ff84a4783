package io.larder.origin;

import io.larder.error.ErrorKind;

/// Is told what an origin is asked for. Implementations are thread-safe and quick.
public interface OriginMeter {
  /// A request is about to be made.
  ///
  /// @param scheme of the source or location
  void requested(String scheme);

  /// Bytes were handed on.
  void received(String scheme, long bytes);

  /// A request or a stream failed.
  void failed(String scheme, ErrorKind kind);

  /// Counts nothing.
  OriginMeter NONE =
      new OriginMeter() {
        @Override
        public void requested(String scheme) {}

        @Override
        public void received(String scheme, long bytes) {}

        @Override
        public void failed(String scheme, ErrorKind kind) {}
      };
}
