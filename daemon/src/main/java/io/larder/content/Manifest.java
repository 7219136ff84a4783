package io.larder.content;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The ordered file list of one revision. Itself content: [#encode()] gives the same bytes for
/// equal manifests, so that a manifest is a blob that peers can serve when the origin is down.
///
/// @param revision what it lists
/// @param shape whether the source is a directory or a single file
/// @param files ordered by path; no two collide, neither as equal paths nor as file and directory
public record Manifest(Revision revision, Shape shape, List<FileEntry> files) {
  private static final String MAGIC = "larder-manifest 1";

  /// What a source stands for.
  public enum Shape {
    DIRECTORY,
    FILE
  }

  /// @throws IllegalArgumentException when two paths collide, naming both, or a single file is not
  ///   single
  public Manifest {
    files = files.stream().sorted(Comparator.comparing(FileEntry::path)).toList();
    if (shape == Shape.FILE && files.size() != 1) {
      throw new IllegalArgumentException("a single file cannot have " + files.size() + " entries");
    }
    Set<String> paths = new HashSet<>();
    for (FileEntry file : files) {
      if (!paths.add(file.path().value())) {
        throw new IllegalArgumentException("two files have the same path '" + file.path() + "'");
      }
    }
    for (FileEntry file : files) {
      String path = file.path().value();
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        if (paths.contains(path.substring(0, slash))) {
          throw new IllegalArgumentException(
              "'"
                  + path.substring(0, slash)
                  + "' is both a file and the directory of '"
                  + path
                  + "'");
        }
      }
    }
  }

  /// Sum of the file sizes in bytes.
  public long totalBytes() {
    return files.stream().mapToLong(FileEntry::size).sum();
  }

  /// The canonical bytes.
  public byte[] encode() {
    StringBuilder text = new StringBuilder(64 + 160 * files.size());
    text.append(MAGIC).append('\n');
    text.append("source ").append(escape(revision.source().uri())).append('\n');
    text.append("revision ").append(escape(revision.id())).append('\n');
    text.append("shape ").append(shape).append('\n');
    for (FileEntry file : files) {
      text.append(file.size()).append(' ').append(file.blob().text()).append(' ');
      text.append(file.origin().access()).append(' ');
      text.append(escape(file.origin().location())).append(' ');
      text.append('=').append(escape(file.origin().validator())).append(' ');
      text.append(escape(file.path().value())).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// SHA-256 of [#encode()].
  public Digest digest() {
    return Digest.ofContent(encode());
  }

  /// Reads what [#encode()] wrote.
  ///
  /// @throws IllegalArgumentException when it is not a manifest
  public static Manifest decode(byte[] content) {
    List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
    if (lines.size() < 4 || !lines.getFirst().equals(MAGIC)) {
      throw new IllegalArgumentException("not a Larder manifest");
    }
    Source source = Source.parse(unescape(field(lines.get(1), "source ")));
    Revision revision = new Revision(source, unescape(field(lines.get(2), "revision ")));
    Shape shape = Shape.valueOf(field(lines.get(3), "shape "));
    List<FileEntry> files = new ArrayList<>(lines.size() - 4);
    for (String line : lines.subList(4, lines.size())) {
      String[] part = line.split(" ", -1);
      if (part.length != 6 || !part[4].startsWith("=")) {
        throw new IllegalArgumentException("not a line of a Larder manifest: " + line);
      }
      OriginRef origin =
          new OriginRef(
              unescape(part[3]), unescape(part[4].substring(1)), OriginRef.Access.valueOf(part[2]));
      files.add(
          new FileEntry(
              new SafePath(unescape(part[5])),
              Long.parseLong(part[0]),
              BlobId.parse(part[1]),
              origin));
    }
    return new Manifest(revision, shape, files);
  }

  private static String field(String line, String name) {
    if (!line.startsWith(name)) {
      throw new IllegalArgumentException("a Larder manifest lacks '" + name.strip() + "'");
    }
    return line.substring(name.length());
  }

  private static String escape(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String unescape(String value) {
    return URLDecoder.decode(value, StandardCharsets.UTF_8);
  }
}
