package io.larder.origin.s3;

import io.larder.content.BlobId;
import io.larder.content.FileEntry;
import io.larder.content.OriginRef;
import io.larder.content.SafePath;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One object as a listing shows it.
///
/// @param etag with its quotes
/// @param version id, when the bucket keeps versions
record S3Object(String key, long size, String etag, Optional<String> version) {
  static final String VERSION = "version:";
  static final String ETAG = "etag:";

  /// @param version as S3 says it: objects from before versions were switched on are `null` in text
  static S3Object of(
      String key, @Nullable Long size, @Nullable String etag, @Nullable String version) {
    return new S3Object(
        key,
        size == null ? 0 : size,
        etag == null ? "" : etag,
        Optional.ofNullable(version).filter(v -> !v.isEmpty() && !v.equals("null")));
  }

  /// Whether it only stands for a directory, as consoles make them.
  boolean isMarker() {
    return size == 0 && key.endsWith("/");
  }

  String validator() {
    return version.map(v -> VERSION + v).orElse(ETAG + etag);
  }

  /// @param path below the snapshot's root
  /// @param declared the SHA-256 of the content, when S3 knows it
  /// @throws LarderException INVALID when the path is none, naming bucket and key
  FileEntry entry(String bucket, String path, Optional<BlobId> declared) {
    if (version.isEmpty() && etag.isEmpty()) {
      throw new LarderException(
          ErrorKind.INVALID,
          "bucket "
              + bucket
              + ": the server tells neither version nor ETag of '"
              + key
              + "', so a change would go unnoticed");
    }
    OriginRef ref =
        new OriginRef(new S3Address(bucket, key).location(), validator(), OriginRef.Access.RANGES);
    try {
      return new FileEntry(
          new SafePath(path), size, declared.orElseGet(() -> ref.pinned(size)), ref);
    } catch (IllegalArgumentException e) {
      throw unusable(bucket, ref.location(), e);
    }
  }

  static LarderException unusable(String bucket, String what, IllegalArgumentException why) {
    return new LarderException(
        ErrorKind.INVALID,
        "bucket "
            + bucket
            + ", "
            + shorten(what)
            + ": "
            + why.getMessage()
            + "; rename the object or ask for a prefix without it",
        why);
  }

  private static String shorten(String text) {
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }
}
