package io.larder.client;

import java.util.List;

/**
 * An artifact with its files. Immutable.
 *
 * @param artifact the artifact
 * @param entries its files, ordered by path
 */
public record ArtifactDetails(Artifact artifact, List<Entry> entries) {
  public ArtifactDetails {
    entries = List.copyOf(entries);
  }

  /**
   * One file.
   *
   * @param path below the artifact's path, with slashes
   * @param size in bytes
   * @param sha256 of its content, in hex
   */
  public record Entry(String path, long size, String sha256) {}
}
