package io.larder.content;

/// Where an origin keeps the bytes of one file, and what pins them there.
///
/// @param location the origin's own address of the bytes, as a URI without secrets
/// @param validator what must still hold when the bytes are read (`version:…`, `etag:…`,
///   `modified:…`), or empty when the location itself is immutable
/// @param access how the origin can be read
public record OriginRef(String location, String validator, Access access) {
  /// How an origin can be read.
  public enum Access {
    /// Any range at any time.
    RANGES,
    /// Only from the first byte to the last, in one stream.
    WHOLE
  }

  /// The blob id of content that the origin declares no SHA-256 for.
  public BlobId pinned(long size) {
    String identity = location + "\0" + validator + "\0" + size;
    return new BlobId.Pinned(
        Digest.ofContent(identity.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }
}
