package io.larder.content;

/// A contiguous range of bytes.
///
/// @param offset first byte, not negative
/// @param length number of bytes, not negative
public record ByteRange(long offset, long length) {
  public ByteRange {
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw new IllegalArgumentException("not a range of bytes: " + offset + "+" + length);
    }
  }

  /// The first byte behind the range.
  public long end() {
    return offset + length;
  }
}
