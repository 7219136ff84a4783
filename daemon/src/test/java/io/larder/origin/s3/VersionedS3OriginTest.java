package io.larder.origin.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.DirectoryOriginContract;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// [S3Origin] against buckets with versions, keys that are no paths, and faults.
class VersionedS3OriginTest extends DirectoryOriginContract {
  private ScriptedS3 server;
  private final List<S3Origin> origins = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedS3();
  }

  @AfterEach
  void stop() {
    origins.forEach(S3Origin::close);
    server.close();
  }

  @Override
  protected Origin fresh() {
    return with(S3Options.defaults());
  }

  private Origin with(S3Options options) {
    S3Origin origin =
        new S3Origin(options.withEndpoint(server.endpoint()), S3Server.credentials("any"));
    origins.add(origin);
    return origin;
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    server.put("files/" + name, content);
    return source("files/" + name);
  }

  /// For good: a version that is only hidden can still be read, and that is right.
  @Override
  protected void removeFile(String name) {
    server.purge("files/" + name);
  }

  @Override
  protected Source putDirectory(String name, Map<String, byte[]> files) {
    files.forEach((path, content) -> server.put(name + "/" + path, content));
    return source(name + "/");
  }

  private static Source source(String path) {
    return Source.parse("s3://" + ScriptedS3.BUCKET + "/" + path);
  }

  /// With versions, what was pinned stays readable when the key moves on. That is the point.
  @Override
  @Test
  protected void readingWhatHasChangedIsAConflict() throws Exception {
    byte[] before = bytes(100_000, 40);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("moves-on.bin", before)));
    putFile("moves-on.bin", bytes(100_000, 41));
    assertThat(file.origin().validator()).startsWith("version:");
    assertThat(read(origin, file, all(file))).isEqualTo(before);

    server.versioned = false;
    FileEntry unversioned = only(manifest(origin, putFile("changes.bin", before)));
    assertThat(unversioned.origin().validator()).startsWith("etag:");
    putFile("changes.bin", bytes(100_000, 42));
    assertThat(failure(ErrorKind.CONFLICT, () -> read(origin, unversioned, all(unversioned))))
        .hasMessageContaining("changes.bin");
  }

  @Test
  void anotherETagIsNoticedEvenWhenTheServerIgnoresPreconditions() throws Exception {
    server.versioned = false;
    byte[] content = bytes(100, 43);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("sly.bin", content)));
    server.next(e -> ScriptedS3.send(e, 206, content, Map.of("ETag", "\"another\"")));
    failure(ErrorKind.CONFLICT, () -> read(origin, file, all(file)));
  }

  @Test
  void whoMayNotListVersionsGetsThePlainListing() throws Exception {
    Source source = putDirectory("plain", Map.of("a", bytes(1, 56)));
    server.next(answer(403, "AccessDenied"));
    FileEntry file = only(manifest(fresh(), source));
    assertThat(file.origin().validator()).startsWith("etag:");
  }

  @Test
  void deletedObjectsAndOldVersionsAreNotListed() throws Exception {
    Source source = putDirectory("kept", Map.of("a", bytes(1, 44), "b", bytes(2, 45)));
    server.put("kept/a", bytes(3, 46));
    server.remove("kept/b");
    assertThat(only(manifest(fresh(), source)).size()).isEqualTo(3);
  }

  @Test
  void theDeclaredDigestOfASingleFileIsTaken() throws Exception {
    server.checksums = true;
    byte[] content = bytes(1000, 47);
    FileEntry file = only(manifest(fresh(), putFile("declared.bin", content)));
    assertThat(file.blob()).isEqualTo(new BlobId.Sha256(Digest.ofContent(content)));
  }

  @Test
  void fiftyThousandObjectsTakeFiftyRequests() throws Exception {
    for (boolean versioned : new boolean[] {true, false}) {
      server.versioned = versioned;
      Map<String, byte[]> files = new LinkedHashMap<>();
      for (int i = 0; i < 50_000; i++) {
        files.put("f%05d".formatted(i), new byte[] {1});
      }
      Source source = putDirectory("many" + versioned, files);
      int before = server.requests();
      long start = System.nanoTime();
      Manifest manifest = manifest(fresh(), source);
      System.out.printf(
          "listing 50,000 objects (versions: %s): %d ms%n",
          versioned, (System.nanoTime() - start) / 1_000_000);
      assertThat(manifest.files()).hasSize(50_000);
      assertThat(server.requests() - before).isEqualTo(versioned ? 50 : 51);
    }
  }

  @Test
  void keysThatAreNoPathsAreRefused() {
    Map<String, String> why =
        Map.of(
            "../../etc/passwd",
            "'..' segment",
            "a/../../b",
            "'..' segment",
            "/etc/passwd",
            "absolute",
            "nul\0byte",
            "control character (code 0)",
            "back\\slash",
            "backslash",
            "a//b",
            "empty segment",
            "./a",
            "'.' segment",
            "long/" + "x".repeat(256),
            "longer than 255 bytes",
            "x/".repeat(1600) + "y",
            "longer than 3072 bytes");
    why.forEach(
        (key, reason) -> {
          server.put("evil/ok.bin", bytes(1, 48));
          server.put("evil/" + key, bytes(1, 49));
          LarderException refused =
              failure(ErrorKind.INVALID, () -> fresh().resolve(source("evil/"), soon()));
          assertThat(refused)
              .hasMessageContaining("bucket scripted")
              .hasMessageContaining("s3://scripted/evil/")
              .hasMessageContaining(reason);
          assertThat(refused.getMessage().length()).isLessThan(1000);
          server.purge("evil/" + key);
        });
  }

  @Test
  void keysThatCollideAreRefused() {
    server.put("clash/a", bytes(1, 50));
    server.put("clash/a/b", bytes(1, 51));
    assertThat(failure(ErrorKind.INVALID, () -> fresh().resolve(source("clash/"), soon())))
        .hasMessageContaining("bucket scripted")
        .hasMessageContaining("'a' is both a file and the directory of 'a/b'");
  }

  @Test
  void answersBecomeKinds() throws Exception {
    FileEntry file = only(manifest(fresh(), putFile("x.bin", bytes(10, 52))));
    Origin origin = fresh();
    server.next(answer(503, "SlowDown", "Retry-After", "3"));
    LarderException slow = failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file)));
    assertThat(slow.retryAfter()).contains(Duration.ofSeconds(3));
    assertThat(slow).hasMessageContaining("503 SlowDown").hasMessageContaining("x.bin");
    server.next(answer(500, "InternalError"));
    failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file)));
    server.next(answer(403, "AccessDenied"));
    assertThat(failure(ErrorKind.DENIED, () -> read(origin, file, all(file))))
        .hasMessageContaining("s3:GetObjectVersion");
    server.next(answer(301, "PermanentRedirect", "x-amz-bucket-region", "eu-west-1"));
    assertThat(failure(ErrorKind.INVALID, () -> origin.resolve(source("d/"), soon())))
        .hasMessageContaining("another region, eu-west-1; set AWS_REGION");
    // Counted: the SDK must not try again by itself.
    int before = server.requests();
    server.next(answer(500, "InternalError"));
    failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file)));
    assertThat(server.requests() - before).isEqualTo(1);
  }

  private static HttpHandler answer(int status, String code, String... headers) {
    return exchange -> ScriptedS3.error(exchange, status, code, headers);
  }

  /// Says that all comes, sends a part, and goes on with `then`.
  private HttpHandler partly(byte[] content, int part, Runnable then) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", "\"any\"");
      exchange.sendResponseHeaders(206, content.length);
      exchange.getResponseBody().write(content, 0, part);
      exchange.getResponseBody().flush();
      then.run();
    };
  }

  @Test
  void aTruncatedStreamIsNoticed() throws Exception {
    byte[] content = bytes(100_000, 53);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("cut.bin", content)));
    server.next(partly(content, 40_000, () -> {}));
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file))))
        .hasMessageContaining("cut.bin")
        .hasMessageContaining("after 40000 of 100000 bytes");
  }

  @Test
  void aStalledStreamIsCut() throws Exception {
    byte[] content = bytes(100_000, 54);
    CountDownLatch noticed = new CountDownLatch(1);
    Origin origin =
        with(S3Options.defaults().withTimes(Duration.ofSeconds(5), Duration.ofMillis(300)));
    FileEntry file = only(manifest(origin, putFile("stalls.bin", content)));
    server.next(partly(content, 10, () -> await(noticed)));
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file))))
        .hasMessageContaining("stalls.bin")
        .hasMessageContaining("after 10 of 100000 bytes");
    noticed.countDown();
  }

  @Test
  void aServerThatDoesNotAnswerIsNoticed() {
    CountDownLatch noticed = new CountDownLatch(1);
    server.next(_ -> await(noticed));
    Origin origin =
        with(S3Options.defaults().withTimes(Duration.ofMillis(300), Duration.ofSeconds(5)));
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> origin.resolve(source("mute/"), soon())))
        .hasMessageContaining("did not answer in time");
    noticed.countDown();
  }

  @Test
  void anInterruptEndsAReadAndTheConnection() throws Exception {
    // More than socket buffers hold: a reader that does not hang up leaves the server waiting.
    byte[] content = bytes(32 << 20, 55);
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("hangs.bin", content)));
    server.next(
        e -> {
          partly(content, 10, () -> {}).handle(e);
          await(interrupted);
          try {
            e.getResponseBody().write(content, 10, content.length - 10);
          } catch (IOException broken) {
            cut.countDown();
          }
        });
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread reader =
        Thread.startVirtualThread(
            () -> {
              try (OriginStream stream = origin.open(file, all(file), soon())) {
                ByteBuffer sink = ByteBuffer.allocate(100);
                while (stream.read(sink.clear()) >= 0) {
                  reading.countDown();
                }
              } catch (Throwable e) {
                end.set(e);
              }
            });
    reading.await();
    reader.interrupt();
    assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
    interrupted.countDown();
    assertThat(cut.await(10, TimeUnit.SECONDS)).as("the server sees the connection end").isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
