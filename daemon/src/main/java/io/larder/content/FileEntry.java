package io.larder.content;

/// One file of a manifest.
///
/// @param path below the snapshot's root
/// @param size in bytes
/// @param blob the blob that holds its content
/// @param origin where the bytes can be fetched
public record FileEntry(SafePath path, long size, BlobId blob, OriginRef origin) {
  public FileEntry {
    if (size < 0) {
      throw new IllegalArgumentException("a file cannot have " + size + " bytes: " + path);
    }
  }
}
