package io.larder.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A model or package that is on this node, complete and verified. Immutable.
 *
 * @param source what was asked for
 * @param revision the pinned state it stood for, such as a commit
 * @param manifest SHA-256 of its manifest, in hex
 * @param path absolute: a directory of read-only files, or the file itself for a source of one
 *     file. It stays while the artifact is pinned or one of its files is open
 * @param bytes sum of its files
 * @param files number of its files
 * @param pins owners of its pins
 * @param lastUsed when it was last asked for
 * @param fetched how this request was served; for other calls than ensure, nothing was fetched
 */
public record Artifact(
    String source,
    String revision,
    String manifest,
    Path path,
    long bytes,
    int files,
    List<String> pins,
    Instant lastUsed,
    Progress fetched) {
  public Artifact {
    pins = List.copyOf(pins);
  }
}
