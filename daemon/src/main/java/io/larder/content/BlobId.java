package io.larder.content;

/// The name of a blob: the SHA-256 of its content where the origin declares it, otherwise its
/// pinned origin identity until the blob is sealed. The two never collide: they are different
/// types.
public sealed interface BlobId {
  /// 32 bytes that identify the blob among those named the same way.
  Digest digest();

  /// Text form, unique over both kinds, safe as a file name apart from its colon: `sha256:<hex>` or
  /// `pinned:<hex>`.
  default String text() {
    return switch (this) {
      case Sha256(Digest digest) -> "sha256:" + digest.hex();
      case Pinned(Digest digest) -> "pinned:" + digest.hex();
    };
  }

  /// Reads what [#text()] wrote.
  ///
  /// @throws IllegalArgumentException when it is anything else
  static BlobId parse(String text) {
    if (text.startsWith("sha256:")) {
      return new Sha256(Digest.parse(text.substring(7)));
    }
    if (text.startsWith("pinned:")) {
      return new Pinned(Digest.parse(text.substring(7)));
    }
    throw new IllegalArgumentException("a blob id starts with sha256: or pinned:, unlike " + text);
  }

  /// Named by the digest of its content.
  record Sha256(Digest digest) implements BlobId {
    @Override
    public String toString() {
      return text();
    }
  }

  /// Named by the digest of where it comes from and what pins it there.
  record Pinned(Digest digest) implements BlobId {
    @Override
    public String toString() {
      return text();
    }
  }
}
