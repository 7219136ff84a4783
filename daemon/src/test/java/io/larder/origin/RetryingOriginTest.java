package io.larder.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.OriginRef;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryingOriginTest extends DirectoryOriginContract {
  private static final RetryOptions OPTIONS = RetryOptions.defaults();

  private final ScriptedOrigin origin = new ScriptedOrigin("test");
  private final List<Duration> pauses = new ArrayList<>();

  @Override
  protected Origin fresh() {
    return retrying(origin.forgetful(), OPTIONS);
  }

  private Origin retrying(Origin wrapped, RetryOptions options) {
    return new RetryingOrigin(wrapped, options, pauses::add, new Random(1));
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    return origin.putFile(name, content).source(name);
  }

  @Override
  protected void removeFile(String name) {
    origin.remove(name);
  }

  @Override
  protected Source putDirectory(String name, Map<String, byte[]> files) {
    files.forEach((path, content) -> origin.put(name, path, content));
    return origin.source(name);
  }

  private FileEntry file(byte[] content) throws InterruptedException {
    return only(manifest(fresh(), putFile("file.bin", content)));
  }

  private static LarderException unavailable() {
    return new LarderException(ErrorKind.UNAVAILABLE, "503 Service Unavailable");
  }

  @Test
  void brokenStreamsResumeAtTheByteReached() throws Exception {
    byte[] content = bytes(1_000_000, 60);
    FileEntry file = file(content);
    origin.next(ScriptedOrigin.Fault.breakAt(300_000));
    origin.next(ScriptedOrigin.Fault.breakAt(0));
    origin.next(ScriptedOrigin.Fault.breakAt(123_457));
    long before = origin.bytesServed();
    assertThat(read(fresh(), file, all(file))).isEqualTo(content);
    assertThat(origin.bytesServed() - before).as("no byte twice").isEqualTo(content.length);
    assertThat(origin.opened()).isEqualTo(4);
    assertThat(origin.open()).isZero();
    assertThat(pauses).hasSize(3);
  }

  @Test
  void aStreamOfAllIsReadAgainToTheByteReached() throws Exception {
    origin.access(OriginRef.Access.WHOLE);
    byte[] content = bytes(500_000, 61);
    FileEntry file = file(content);
    origin.next(ScriptedOrigin.Fault.breakAt(400_000));
    assertThat(read(fresh(), file, all(file))).isEqualTo(content);
    assertThat(origin.bytesServed()).isEqualTo(900_000);
  }

  @Test
  void stalledStreamsAreCutAndResumed() throws Exception {
    origin.stallTime(Duration.ofMillis(50));
    byte[] content = bytes(200_000, 62);
    FileEntry file = file(content);
    origin.next(ScriptedOrigin.Fault.stallAt(100_000));
    assertThat(read(fresh(), file, all(file))).isEqualTo(content);
    assertThat(origin.opened()).isEqualTo(2);
  }

  @Test
  void slowStreamsAreCutAndResumed() throws Exception {
    byte[] content = bytes(40_000, 63);
    FileEntry file = file(content);
    origin.mostBytesPerRead(1000).bytesPerSecond(100_000);
    RetryOptions impatient =
        new RetryOptions(
            100,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofSeconds(30),
            1_000_000,
            Duration.ofMillis(50));
    assertThat(read(retrying(origin, impatient), file, all(file))).isEqualTo(content);
    assertThat(origin.opened()).isGreaterThan(2);
    assertThat(origin.open()).isZero();
  }

  @Test
  void aStreamThatStaysSlowFails() throws Exception {
    byte[] content = bytes(200_000, 64);
    FileEntry file = file(content);
    origin.mostBytesPerRead(100).bytesPerSecond(10_000);
    RetryOptions impatient =
        new RetryOptions(
            2,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofSeconds(30),
            1_000_000,
            Duration.ofMillis(20));
    assertThat(
            failure(
                ErrorKind.UNAVAILABLE, () -> read(retrying(origin, impatient), file, all(file))))
        .hasMessageContaining("bytes per second")
        .hasMessageContaining("tried 2 times");
    assertThat(origin.open()).isZero();
  }

  @Test
  void attemptsAreBoundedAndCounted() throws Exception {
    Source source = putFile("busy.bin", bytes(10, 65));
    Origin retrying = fresh();
    for (int i = 0; i < OPTIONS.attempts() - 1; i++) {
      origin.refuseNext(unavailable());
    }
    retrying.resolve(source, soon());
    for (int i = 0; i < OPTIONS.attempts(); i++) {
      origin.refuseNext(unavailable());
    }
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> retrying.resolve(source, soon())))
        .hasMessageContaining("503")
        .hasMessageContaining("tried 6 times");
  }

  @Test
  void pausesGrowWithJitterAndHaveABound() {
    RetryOptions patient =
        new RetryOptions(
            40,
            Duration.ofMillis(250),
            Duration.ofSeconds(20),
            Duration.ofDays(1),
            0,
            Duration.ofSeconds(15));
    origin.down();
    failure(
        ErrorKind.UNAVAILABLE,
        () ->
            retrying(origin, patient)
                .resolve(Source.parse("test://x"), Deadline.after(Duration.ofDays(1))));
    assertThat(pauses).hasSize(39);
    for (int i = 0; i < pauses.size(); i++) {
      assertThat(pauses.get(i))
          .isBetween(Duration.ZERO, Duration.ofMillis(Math.min(20_000, 250L << Math.min(i, 20))));
    }
    assertThat(pauses.stream().distinct().count()).isGreaterThan(30);
  }

  @Test
  void whatTheOriginAsksForIsHonoured() throws Exception {
    Source source = putFile("wait.bin", bytes(10, 66));
    origin.refuseNext(Duration.ofSeconds(7));
    fresh().resolve(source, soon());
    assertThat(pauses.getFirst()).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7_250));
    // There is no point in waiting for what comes after the deadline.
    pauses.clear();
    origin.refuseNext(Duration.ofHours(1));
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> fresh().resolve(source, soon())).retryAfter())
        .contains(Duration.ofHours(1));
    assertThat(pauses).isEmpty();
  }

  @Test
  void otherFailuresAreNotRetried() throws Exception {
    Source source = putFile("other.bin", bytes(10, 67));
    for (ErrorKind kind : ErrorKind.values()) {
      if (kind != ErrorKind.UNAVAILABLE) {
        origin.refuseNext(new LarderException(kind, "no"));
        failure(kind, () -> fresh().resolve(source, soon()));
      }
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void aChangeMidwayIsNeverMixed() throws Exception {
    FileEntry file = file(bytes(200_000, 68));
    origin.next(
        new ScriptedOrigin.Fault.Run(100_000, () -> putFile("file.bin", bytes(200_000, 69))));
    failure(ErrorKind.CONFLICT, () -> read(fresh(), file, all(file)));
    FileEntry again = file(bytes(200_000, 70));
    origin.next(ScriptedOrigin.Fault.breakAt(100_000));
    try (OriginStream stream = fresh().open(again, all(again), soon())) {
      ByteBuffer sink = ByteBuffer.allocate(100_000);
      while (sink.hasRemaining()) {
        stream.read(sink);
      }
      putFile("file.bin", bytes(200_000, 71));
      failure(ErrorKind.CONFLICT, () -> stream.read(sink.clear()));
    }
  }

  @Test
  void aLongDownloadMayBreakOftenAsLongAsItMoves() throws Exception {
    byte[] content = bytes(12 << 20, 72);
    FileEntry file = file(content);
    for (int i = 0; i < 11; i++) {
      origin.next(ScriptedOrigin.Fault.breakAt(1 << 20));
    }
    assertThat(read(fresh(), file, all(file))).isEqualTo(content);
    assertThat(origin.opened()).isEqualTo(12);
  }

  @Test
  void anyFaultsInAnyOrderGiveTheSameBytes() throws Exception {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("seed: -Dlarder.seed=" + seed);
    Random random = new Random(seed);
    origin.stallTime(Duration.ofMillis(1));
    for (int round = 0; round < 50; round++) {
      origin.access(OriginRef.Access.values()[random.nextInt(2)]);
      byte[] content = bytes(random.nextInt(300_000) + 1, random.nextLong());
      origin.mostBytesPerRead(random.nextInt(50_000) + 1);
      FileEntry file = file(content);
      long offset =
          file.origin().access() == OriginRef.Access.WHOLE ? 0 : random.nextInt(content.length);
      ByteRange range = new ByteRange(offset, content.length - offset);
      for (int i = random.nextInt(OPTIONS.attempts()); i > 0; i--) {
        long after = random.nextInt(content.length);
        origin.next(
            random.nextBoolean()
                ? ScriptedOrigin.Fault.breakAt(after)
                : ScriptedOrigin.Fault.stallAt(after));
      }
      assertThat(read(fresh(), file, range))
          .isEqualTo(java.util.Arrays.copyOfRange(content, (int) offset, content.length));
      // Faults that no stream was there to meet.
      origin.clearFaults();
    }
  }
}
