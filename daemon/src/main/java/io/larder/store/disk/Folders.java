package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;

/// Where a store keeps what.
final class Folders {
  private static final Set<PosixFilePermission> READ_ONLY =
      PosixFilePermissions.fromString("r--r--r--");
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OPEN_FOLDER =
      PosixFilePermissions.fromString("rwxr-xr-x");

  private final Path data;

  /// @throws LarderException DENIED when the folders cannot be made
  Folders(Path data) {
    this.data = data.toAbsolutePath().normalize();
    try {
      make(this.data, OPEN_FOLDER);
      make(partial(), OWNER_FOLDER);
      make(index(), OWNER_FOLDER);
      make(this.data.resolve("blobs"), OPEN_FOLDER);
      make(blobs(), OPEN_FOLDER);
      // All at once, so that a commit has one directory to sync and not two.
      for (int first = 0; first < 256; first++) {
        make(blobs().resolve(HexFormat.of().toHexDigits((byte) first)), OPEN_FOLDER);
      }
      Sync.directory(blobs());
      Sync.directory(this.data.resolve("blobs"));
      Sync.directory(this.data);
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.DENIED,
          "the data folder "
              + this.data
              + " cannot be used: "
              + e
              + "; make it writable or choose another",
          e);
    }
  }

  private static void make(Path folder, Set<PosixFilePermission> mode) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    // Not as an attribute of the creation: the umask would take bits away.
    Files.setPosixFilePermissions(folder, mode);
  }

  Path data() {
    return data;
  }

  Path blobs() {
    return data.resolve("blobs").resolve("sha256");
  }

  Path partial() {
    return data.resolve("partial");
  }

  Path index() {
    return data.resolve("index");
  }

  Path lock() {
    return data.resolve("lock");
  }

  /// Where a committed blob lies.
  Path blob(Digest content) {
    String hex = content.hex();
    return blobs().resolve(hex.substring(0, 2)).resolve(hex);
  }

  /// Where a blob lies while it is being filled.
  ///
  /// @param number of the attempt: a file of an earlier one, that came back after power loss, must
  ///   not be taken for this
  Path partial(BlobId id, long number) {
    return partial()
        .resolve(id.text().replace(':', '-') + "." + HexFormat.of().toHexDigits(number));
  }

  static void createPartial(Path file) throws IOException {
    Files.createFile(file, OWNER_FILE);
  }

  static void makeReadOnly(Path file) throws IOException {
    Files.setPosixFilePermissions(file, READ_ONLY);
  }
}
