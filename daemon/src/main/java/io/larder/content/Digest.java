package io.larder.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A SHA-256 digest. Immutable.
public final class Digest implements Comparable<Digest> {
  /// Length in bytes.
  public static final int LENGTH = 32;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param bytes exactly 32 bytes; copied
  /// @throws IllegalArgumentException when the length differs
  public static Digest of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a SHA-256 digest has 32 bytes, not " + bytes.length);
    }
    return new Digest(bytes.clone());
  }

  /// @param hex 64 hexadecimal digits, in either case
  /// @throws IllegalArgumentException when it is anything else
  public static Digest parse(String hex) {
    if (hex.length() != 2 * LENGTH) {
      throw new IllegalArgumentException("a SHA-256 digest has 64 hexadecimal digits: " + hex);
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /// The digest of some bytes held in memory.
  public static Digest ofContent(byte[] content) {
    return new Digest(newMessageDigest().digest(content));
  }

  /// A fresh SHA-256 computation; not thread-safe.
  public static MessageDigest newMessageDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// The 32 bytes, as a copy.
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /// 64 lower-case hexadecimal digits.
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return hex();
  }
}
