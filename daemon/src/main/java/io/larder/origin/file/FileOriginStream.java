package io.larder.origin.file;

import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads one range of a file and makes sure that it is the file that was pinned, before and after.
final class FileOriginStream implements OriginStream {
  private final Path path;
  private final FileEntry file;
  private final FileChannel channel;
  private final long end;
  private long position;

  private FileOriginStream(Path path, FileEntry file, FileChannel channel, ByteRange range) {
    this.path = path;
    this.file = file;
    this.channel = channel;
    this.position = range.offset();
    this.end = range.end();
  }

  static FileOriginStream open(Path path, FileEntry file, ByteRange range) throws IOException {
    // Opened first: what the pin is compared with afterwards is then what was opened, or newer.
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    FileOriginStream stream = new FileOriginStream(path, file, channel, range);
    try {
      stream.checkPin();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return stream;
  }

  @Override
  public int read(ByteBuffer target) throws InterruptedException {
    if (position == end) {
      return -1;
    }
    int limit = target.limit();
    int start = target.position();
    target.limit((int) Math.min(limit, start + Math.min(end - position, Integer.MAX_VALUE / 2)));
    try {
      int length = channel.read(target, position);
      checkPin();
      if (length < 0) {
        throw changed();
      }
      position += length;
      return length;
    } catch (ClosedByInterruptException e) {
      // The channel leaves the flag set; who is told by an exception expects it cleared.
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException("reading " + path).initCause(e);
    } catch (NoSuchFileException e) {
      throw changed();
    } catch (IOException e) {
      throw FileOrigin.unreadable(path, e);
    } finally {
      target.limit(limit);
    }
  }

  private void checkPin() throws IOException {
    FilePin now = FilePin.of(path);
    if (now.type() != FilePin.Type.FILE
        || now.size() != file.size()
        || !now.validator().equals(file.origin().validator())) {
      throw changed();
    }
  }

  private LarderException changed() {
    return new LarderException(
        ErrorKind.CONFLICT,
        path + " has changed since it was listed; ask for the source again when it is at rest");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileOrigin.unreadable(path, e);
    }
  }
}
