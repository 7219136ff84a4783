package io.larder.expose;

import io.larder.content.Digest;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Where the tree of a revision stands below the snapshot folder:
/// `<scheme>/<name>-<hash>/<revision>`. The name is for people; the hash of the source keeps
/// sources apart whose names look alike.
public final class Layout {
  private static final int LONGEST_NAME = 100;

  private Layout() {}

  /// The directory of a revision, relative to the snapshot folder. A function of the revision
  /// alone, so that it is the same after every restart and on every node.
  public static Path directory(Revision revision) {
    return sourceDirectory(revision.source()).resolve(revision.id());
  }

  /// The directory that holds all revisions of a source.
  public static Path sourceDirectory(Source source) {
    String hash =
        Digest.ofContent(source.uri().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
    String name =
        source
            .rest()
            .replaceAll("[?#].*", "")
            .replaceAll("[^A-Za-z0-9._]+", "-")
            .replaceAll("^[-.]+|[-.]+$", "");
    if (name.length() > LONGEST_NAME) {
      name = name.substring(name.length() - LONGEST_NAME).replaceAll("^[-.]+", "");
    }
    String scheme = source.scheme().replaceAll("[^a-z0-9]", "-");
    return Path.of(scheme, name.isEmpty() ? hash : name + "-" + hash);
  }
}
