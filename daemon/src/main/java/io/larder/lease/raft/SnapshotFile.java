package io.larder.lease.raft;

import io.larder.proto.lease.TableSnapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/// A snapshot of the table in a file that is either whole or refused: magic (4 bytes), length of
/// the message (8 bytes), the message, its CRC32C (8 bytes), big-endian.
final class SnapshotFile {
  private static final int MAGIC = 0x4c52_4431; // LRD1
  private static final int FRAME = Integer.BYTES + 2 * Long.BYTES;

  private SnapshotFile() {}

  /// Writes under a temporary name that Ratis does not take for a snapshot, syncs, renames.
  static void write(Path file, TableSnapshot snapshot) throws IOException {
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Path temporary = directory.resolve(file.getFileName() + ".writing");
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, 1 << 16));
      data.writeInt(MAGIC);
      data.writeLong(snapshot.getSerializedSize());
      CheckedOutputStream checked = new CheckedOutputStream(data, new CRC32C());
      snapshot.writeTo((OutputStream) checked);
      data.writeLong(checked.getChecksum().getValue());
      data.flush();
      out.getChannel().force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /// @throws IOException naming the file and what is wrong with it
  static TableSnapshot read(Path file) throws IOException {
    try (DataInputStream data =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      long size = Files.size(file);
      if (size < FRAME || data.readInt() != MAGIC || data.readLong() != size - FRAME) {
        throw damaged(file, "it is not whole");
      }
      CheckedInputStream checked = new CheckedInputStream(data, new CRC32C());
      byte[] message = checked.readNBytes(Math.toIntExact(size - FRAME));
      if (data.readLong() != checked.getChecksum().getValue()) {
        throw damaged(file, "its checksum is wrong");
      }
      return TableSnapshot.parseFrom(message);
    }
  }

  private static IOException damaged(Path file, String why) {
    return new IOException(
        "the lease table's snapshot "
            + file
            + " is damaged: "
            + why
            + "; remove this node's raft folder and it joins the group afresh");
  }
}
