package io.larder.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Throttle;
import io.larder.content.FileEntry;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// All decorators around the fake behave as the fake does.
class DecoratedOriginTest extends DirectoryOriginContract {
  private final ScriptedOrigin origin = new ScriptedOrigin("test");
  private final Counts counts = new Counts();

  private static final class Counts implements OriginMeter {
    final AtomicInteger requests = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public void requested(String scheme) {
      assertThat(scheme).isEqualTo("test");
      requests.incrementAndGet();
    }

    @Override
    public void received(String scheme, long length) {
      bytes.addAndGet(length);
    }

    @Override
    public void failed(String scheme, ErrorKind kind) {
      failures.incrementAndGet();
    }
  }

  @Override
  protected Origin fresh() {
    Origin metered = new MeteredOrigin(origin.forgetful(), counts);
    Origin retrying = new RetryingOrigin(new LimitedOrigin(metered, 2), RetryOptions.defaults());
    return Origins.of(List.of(new ThrottledOrigin(retrying, Throttle.of(1L << 40))));
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

  @Test
  void requestsBytesAndFailuresAreCounted() throws Exception {
    Origin decorated = fresh();
    FileEntry file = only(manifest(decorated, putFile("counted.bin", bytes(100_000, 80))));
    origin.next(ScriptedOrigin.Fault.breakAt(10));
    read(decorated, file, all(file));
    assertThat(counts.requests).hasValue(4);
    assertThat(counts.bytes).hasValue(100_000);
    assertThat(counts.failures).hasValue(1);
  }

  @Test
  void noMoreStreamsThanAllowed() throws Exception {
    Origin limited = new LimitedOrigin(origin, 2);
    FileEntry file = only(manifest(limited, putFile("limited.bin", bytes(10, 81))));
    OriginStream first = limited.open(file, all(file), soon());
    try (OriginStream second = limited.open(file, all(file), soon())) {
      assertThat(
              failure(
                  ErrorKind.UNAVAILABLE,
                  () -> limited.open(file, all(file), Deadline.after(Duration.ofMillis(20)))))
          .hasMessageContaining("downloads from [test]");
      first.close();
      limited.open(file, all(file), soon()).close();
      assertThat(second).isNotNull();
    }
    // A failed open gives its place back.
    origin.down();
    for (int i = 0; i < 3; i++) {
      failure(ErrorKind.UNAVAILABLE, () -> limited.open(file, all(file), soon()));
    }
  }

  @Test
  void bytesComeNoFasterThanAllowed() throws Exception {
    Origin throttled = new ThrottledOrigin(origin, Throttle.of(1_000_000));
    FileEntry file = only(manifest(throttled, putFile("throttled.bin", bytes(500_000, 82))));
    long start = System.nanoTime();
    read(throttled, file, all(file));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(390));
  }

  @Test
  void unknownSchemesAreRefusedByName() {
    Origins origins = Origins.of(List.of(new ScriptedOrigin("s3"), new ScriptedOrigin("file")));
    assertThat(origins.schemes()).containsExactlyInAnyOrder("s3", "file");
    assertThat(
            failure(
                ErrorKind.INVALID,
                () -> origins.resolve(Source.parse("gopher://host/file"), soon())))
        .hasMessageContaining("gopher://host/file")
        .hasMessageContaining("it knows file://, s3://");
    assertThatThrownBy(
            () -> Origins.of(List.of(new ScriptedOrigin("s3"), new ScriptedOrigin("s3"))))
        .hasMessageContaining("two origins answer for s3");
  }
}
