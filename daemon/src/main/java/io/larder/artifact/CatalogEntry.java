package io.larder.artifact;

import io.larder.content.Digest;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// What the catalog keeps about one exposed revision.
///
/// @param revision what
/// @param manifest SHA-256 of its manifest
/// @param path absolute path that pods are given
/// @param bytes sum of its files
/// @param files number of its files
/// @param checked when its source was last found to stand for it
/// @param lastUsed when it was last asked for
record CatalogEntry(
    Revision revision,
    Digest manifest,
    Path path,
    long bytes,
    int files,
    Instant checked,
    Instant lastUsed) {

  CatalogEntry checked(Instant now) {
    return new CatalogEntry(revision, manifest, path, bytes, files, now, now);
  }

  CatalogEntry used(Instant now) {
    return new CatalogEntry(revision, manifest, path, bytes, files, checked, now);
  }

  Artifact artifact(List<String> pins) {
    return new Artifact(revision, manifest, path, bytes, files, pins, lastUsed);
  }

  byte[] encode() {
    return String.join(
            "\n",
            revision.source().uri(),
            revision.id(),
            manifest.hex(),
            Long.toString(bytes),
            Integer.toString(files),
            checked.toString(),
            lastUsed.toString(),
            path.toString())
        .getBytes(StandardCharsets.UTF_8);
  }

  static CatalogEntry decode(byte[] value) {
    String[] part = new String(value, StandardCharsets.UTF_8).split("\n", 8);
    return new CatalogEntry(
        new Revision(Source.parse(part[0]), part[1]),
        Digest.parse(part[2]),
        Path.of(part[7]),
        Long.parseLong(part[3]),
        Integer.parseInt(part[4]),
        Instant.parse(part[5]),
        Instant.parse(part[6]));
  }
}
