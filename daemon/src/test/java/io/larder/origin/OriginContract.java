package io.larder.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What every [Origin] does for a source of one file. [DirectoryOriginContract] adds directories.
public abstract class OriginContract {
  /// For a single request.
  protected static final Duration PATIENCE = Duration.ofSeconds(30);

  /// An adapter that has seen nothing yet, as on another node.
  protected abstract Origin fresh();

  /// Puts a file where the origin finds it, new or in place of what was there.
  protected abstract Source putFile(String name, byte[] content) throws Exception;

  /// Takes away what [#putFile] put.
  protected abstract void removeFile(String name) throws Exception;

  protected static Deadline soon() {
    return Deadline.after(PATIENCE);
  }

  /// Bytes that differ from one seed to the next.
  protected static byte[] bytes(int length, long seed) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  /// All of a range.
  protected static byte[] read(Origin origin, FileEntry file, ByteRange range)
      throws InterruptedException {
    try (OriginStream stream = origin.open(file, range, soon())) {
      return drain(stream, range.length());
    }
  }

  /// Reads to the end and checks that exactly so many bytes come.
  protected static byte[] drain(OriginStream stream, long length) throws InterruptedException {
    ByteBuffer all = ByteBuffer.allocateDirect((int) length + 1);
    while (stream.read(all) >= 0) {
      assertThat(all.position()).isLessThanOrEqualTo((int) length);
    }
    byte[] content = new byte[all.flip().remaining()];
    all.get(content);
    return content;
  }

  protected static LarderException failure(ErrorKind kind, ThrowingCallable call) {
    LarderException[] caught = new LarderException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LarderException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e.getMessage()).doesNotContain("\n");
              caught[0] = e;
            });
    return caught[0];
  }

  protected static Manifest manifest(Origin origin, Source source) throws InterruptedException {
    return origin.manifest(origin.resolve(source, soon()), soon());
  }

  protected static FileEntry only(Manifest manifest) {
    assertThat(manifest.files()).hasSize(1);
    return manifest.files().getFirst();
  }

  protected static ByteRange all(FileEntry file) {
    return new ByteRange(0, file.size());
  }

  @Test
  void aFileIsListedAndRead() throws Exception {
    byte[] content = bytes(300_001, 1);
    Source source = putFile("weights.bin", content);
    Origin origin = fresh();
    Manifest manifest = manifest(origin, source);
    assertThat(manifest.shape()).isEqualTo(Manifest.Shape.FILE);
    FileEntry file = only(manifest);
    assertThat(file.path().value()).isEqualTo("weights.bin");
    assertThat(file.size()).isEqualTo(content.length);
    if (file.blob() instanceof BlobId.Sha256(Digest declared)) {
      assertThat(declared).isEqualTo(Digest.ofContent(content));
    }
    assertThat(read(origin, file, all(file))).isEqualTo(content);
  }

  @Test
  void rangesAreExact() throws Exception {
    byte[] content = bytes(200_003, 2);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("ranges.bin", content)));
    if (file.origin().access() == OriginRef.Access.WHOLE) {
      assertThat(read(origin, file, all(file))).isEqualTo(content);
      return;
    }
    for (ByteRange range :
        new ByteRange[] {
          new ByteRange(0, 1),
          new ByteRange(1, 65_536),
          new ByteRange(content.length - 1, 1),
          new ByteRange(100_000, content.length - 100_000),
          new ByteRange(17, 0)
        }) {
      byte[] expected =
          java.util.Arrays.copyOfRange(content, (int) range.offset(), (int) range.end());
      assertThat(read(origin, file, range)).as("%s", range).isEqualTo(expected);
    }
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("empty.bin", new byte[0])));
    assertThat(file.size()).isZero();
    assertThat(read(origin, file, all(file))).isEmpty();
  }

  @Test
  void theSameContentIsTheSameRevisionOnEveryNode() throws Exception {
    Source source = putFile("same.bin", bytes(1000, 3));
    Revision here = fresh().resolve(source, soon());
    Revision there = fresh().resolve(source, soon());
    assertThat(there).isEqualTo(here);
    assertThat(fresh().manifest(here, soon()).digest())
        .isEqualTo(fresh().manifest(there, soon()).digest());
  }

  @Test
  void aChangedSourceIsAnotherRevision() throws Exception {
    Source source = putFile("moves.bin", bytes(1000, 4));
    Revision before = fresh().resolve(source, soon());
    putFile("moves.bin", bytes(1001, 5));
    Revision after = fresh().resolve(source, soon());
    assertThat(after.id()).isNotEqualTo(before.id());
    LarderException moved = failure(ErrorKind.CONFLICT, () -> fresh().manifest(before, soon()));
    assertThat(moved).hasMessageContaining(source.uri()).hasMessageContaining("changed");
  }

  @Test
  void aRevisionWhoseSourceIsGoneIsAConflict() throws Exception {
    Source source = putFile("gone.bin", bytes(1000, 6));
    Revision before = fresh().resolve(source, soon());
    removeFile("gone.bin");
    failure(ErrorKind.CONFLICT, () -> fresh().manifest(before, soon()));
  }

  @Test
  protected void readingWhatHasChangedIsAConflict() throws Exception {
    Origin origin = fresh();
    Source source = putFile("changes.bin", bytes(100_000, 7));
    FileEntry file = only(manifest(origin, source));
    putFile("changes.bin", bytes(100_000, 8));
    LarderException conflict = failure(ErrorKind.CONFLICT, () -> read(origin, file, all(file)));
    assertThat(conflict).hasMessageContaining("changes.bin");
  }

  @Test
  void readingWhatIsGoneIsAConflict() throws Exception {
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("vanishes.bin", bytes(1000, 9))));
    removeFile("vanishes.bin");
    failure(ErrorKind.CONFLICT, () -> read(origin, file, all(file)));
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    Source source = putFile("missing.bin", bytes(10, 10));
    removeFile("missing.bin");
    LarderException missing = failure(ErrorKind.NOT_FOUND, () -> fresh().resolve(source, soon()));
    assertThat(missing).hasMessageContaining("missing.bin");
  }

  @Test
  void closingEarlyAndTwiceIsFine() throws Exception {
    byte[] content = bytes(2_000_000, 11);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("early.bin", content)));
    OriginStream stream = origin.open(file, all(file), soon());
    assertThat(stream.read(ByteBuffer.allocate(10))).isPositive();
    stream.close();
    stream.close();
    assertThat(read(origin, file, all(file))).isEqualTo(content);
  }

  @Test
  void aPassedDeadlineIsNoticed() throws Exception {
    Source source = putFile("late.bin", bytes(10, 12));
    failure(ErrorKind.UNAVAILABLE, () -> fresh().resolve(source, Deadline.after(Duration.ZERO)));
  }
}
