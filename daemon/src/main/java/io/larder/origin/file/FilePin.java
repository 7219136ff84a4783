package io.larder.origin.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What identifies the content of a file without reading it. The device number is left out: it
/// differs between nodes that mount the same network file system.
///
/// @param type what stands there
/// @param size in bytes
/// @param modifiedNanos since 1970
/// @param inode number, which a file that replaces another by a rename does not share
record FilePin(Type type, long size, long modifiedNanos, long inode) {
  enum Type {
    FILE,
    DIRECTORY,
    LINK,
    SPECIAL
  }

  /// Looks at a path, without following it when it is a symbolic link.
  static FilePin of(Path path) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(
            path,
            "unix:isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,ino",
            LinkOption.NOFOLLOW_LINKS);
    Type type =
        is(found, "isRegularFile")
            ? Type.FILE
            : is(found, "isDirectory")
                ? Type.DIRECTORY
                : is(found, "isSymbolicLink") ? Type.LINK : Type.SPECIAL;
    if (found.get("size") instanceof Long size
        && found.get("ino") instanceof Long inode
        && found.get("lastModifiedTime") instanceof FileTime modified) {
      return new FilePin(type, size, modified.to(TimeUnit.NANOSECONDS), inode);
    }
    throw new IOException("the file system tells neither size nor time nor inode of " + path);
  }

  private static boolean is(Map<String, Object> found, String attribute) {
    return Boolean.TRUE.equals(found.get(attribute));
  }

  /// For an [io.larder.content.OriginRef]; its size goes beside it.
  String validator() {
    return "modified:" + modifiedNanos + ",inode:" + inode;
  }
}
