package io.larder.origin.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.OriginRef;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.Origin;
import io.larder.origin.OriginContract;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpOriginTest extends OriginContract {
  private WebServer server;
  private final List<HttpOrigin> origins = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new WebServer();
  }

  @AfterEach
  void stop() {
    origins.forEach(HttpOrigin::close);
    server.close();
  }

  @Override
  protected Origin fresh() {
    return with(HttpOptions.defaults());
  }

  private Origin with(HttpOptions options) {
    HttpOrigin origin = new HttpOrigin(options);
    origins.add(origin);
    return origin;
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    server.put("/" + name, content);
    return source("/" + name);
  }

  @Override
  protected void removeFile(String name) {
    server.remove("/" + name);
  }

  private Source source(String path) {
    return Source.parse(server.url() + path);
  }

  private LarderException refusal(ErrorKind kind, String path) {
    return failure(kind, () -> fresh().resolve(source(path), soon()));
  }

  private static HttpHandler status(int status, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /// Says that all comes, sends a part, and goes on with `then`.
  private static HttpHandler partly(byte[] content, int part, Runnable then) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", WebServer.etag(content));
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes 0-" + (content.length - 1) + "/" + content.length);
      exchange.sendResponseHeaders(206, content.length);
      exchange.getResponseBody().write(content, 0, part);
      exchange.getResponseBody().flush();
      then.run();
    };
  }

  @Test
  void withoutRangesItIsOneStream() throws Exception {
    server.ranges = false;
    Origin origin = fresh();
    byte[] content = bytes(500_000, 1);
    FileEntry file = only(manifest(origin, putFile("plain.bin", content)));
    assertThat(file.origin().access()).isEqualTo(OriginRef.Access.WHOLE);
    assertThat(read(origin, file, all(file))).isEqualTo(content);
  }

  @Test
  void withoutHeadTheFirstByteTells() throws Exception {
    server.head = false;
    Origin origin = fresh();
    byte[] content = bytes(50_000, 2);
    FileEntry file = only(manifest(origin, putFile("headless.bin", content)));
    assertThat(file.origin().access()).isEqualTo(OriginRef.Access.RANGES);
    assertThat(read(origin, file, new ByteRange(10, 100))).hasSize(100);
    assertThat(only(manifest(origin, putFile("nothing.bin", new byte[0]))).size()).isZero();
  }

  @Test
  void resolvingAndListingAskOnce() throws Exception {
    manifest(fresh(), putFile("once.bin", bytes(10, 3)));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void redirectsAreFollowedWithoutTheToken() throws Exception {
    byte[] content = bytes(1000, 4);
    server.put("/real.bin", content);
    String elsewhere = server.url().replace("localhost", "127.0.0.1");
    server.handle("/hop.bin", status(302, "Location", elsewhere + "/real.bin?sig=s3cr3t"));
    server.handle("/start.bin", status(307, "Location", "/hop.bin"));
    Origin origin = with(HttpOptions.defaults().withBearerTokens(Map.of(server.url(), "hunter2")));
    FileEntry file = only(manifest(origin, source("/start.bin")));
    assertThat(file.path().value()).isEqualTo("start.bin");
    assertThat(file.origin().location()).isEqualTo(server.url() + "/start.bin");
    assertThat(read(origin, file, all(file))).isEqualTo(content);
    for (WebServer.Request request : server.requests()) {
      boolean there = request.path().equals("/real.bin");
      assertThat(request.headers().getFirst("Authorization"))
          .isEqualTo(there ? null : "Bearer hunter2");
    }
  }

  @Test
  void redirectLoopsEnd() {
    server.handle("/a.bin", status(302, "Location", "/b.bin"));
    server.handle("/b.bin", status(302, "Location", "/a.bin"));
    assertThat(refusal(ErrorKind.INVALID, "/a.bin"))
        .hasMessageContaining("/a.bin redirects more than 10 times");
    server.handle("/c.bin", status(302));
    assertThat(refusal(ErrorKind.INVALID, "/c.bin")).hasMessageContaining("Location is missing");
    server.handle("/d.bin", status(302, "Location", "ftp://host/d.bin"));
    assertThat(refusal(ErrorKind.INVALID, "/d.bin")).hasMessageContaining("not on the web");
  }

  @Test
  void statusesBecomeKinds() {
    server.handle("/x.bin", status(403));
    assertThat(refusal(ErrorKind.DENIED, "/x.bin"))
        .hasMessageContaining("403")
        .hasMessageContaining("token");
    server.handle("/x.bin", status(401));
    refusal(ErrorKind.DENIED, "/x.bin");
    server.handle("/x.bin", status(410));
    refusal(ErrorKind.NOT_FOUND, "/x.bin");
    server.handle("/x.bin", status(503));
    assertThat(refusal(ErrorKind.UNAVAILABLE, "/x.bin").retryAfter()).isEmpty();
    server.handle("/x.bin", status(429, "Retry-After", "7"));
    assertThat(refusal(ErrorKind.UNAVAILABLE, "/x.bin").retryAfter())
        .contains(Duration.ofSeconds(7));
  }

  @Test
  void aTruncatedStreamIsNoticed() throws Exception {
    byte[] content = bytes(100_000, 5);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("cut.bin", content)));
    server.next(partly(content, 40_000, () -> {}));
    LarderException cut = failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file)));
    assertThat(cut).hasMessageContaining("cut.bin").hasMessageContaining("of 100000 bytes");
  }

  @Test
  void aStalledStreamIsCut() throws Exception {
    byte[] content = bytes(100_000, 6);
    CountDownLatch noticed = new CountDownLatch(1);
    Origin origin = with(HttpOptions.defaults().withStallTime(Duration.ofMillis(300)));
    FileEntry file = only(manifest(origin, putFile("stalls.bin", content)));
    server.next(partly(content, 10, () -> await(noticed)));
    LarderException stalled = failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, all(file)));
    noticed.countDown();
    assertThat(stalled).hasMessageContaining("sent nothing for 300 ms after 10 of 100000 bytes");
  }

  @Test
  void aServerThatDoesNotAnswerIsNoticed() {
    CountDownLatch noticed = new CountDownLatch(1);
    server.handle("/mute.bin", _ -> await(noticed));
    Origin origin = with(HttpOptions.defaults().withAnswerTime(Duration.ofMillis(300)));
    LarderException mute =
        failure(ErrorKind.UNAVAILABLE, () -> origin.resolve(source("/mute.bin"), soon()));
    noticed.countDown();
    assertThat(mute).hasMessageContaining("localhost did not answer within");
  }

  @Test
  void anInterruptEndsAReadAndTheConnection() throws Exception {
    // More than socket buffers hold: a reader that does not hang up leaves the server waiting.
    byte[] content = bytes(32 << 20, 7);
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("hangs.bin", content)));
    server.next(
        e -> {
          partly(content, 10, reading::countDown).handle(e);
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
                drain(stream, file.size());
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

  @Test
  void aChangeIsNoticedEvenWhenTheServerIgnoresPreconditions() throws Exception {
    byte[] content = bytes(1000, 8);
    for (boolean etags : new boolean[] {true, false}) {
      server.etags = etags;
      Origin origin = fresh();
      FileEntry file = only(manifest(origin, putFile("sly.bin", content)));
      server.next(
          e -> {
            e.getResponseHeaders().set(etags ? "ETag" : "Last-Modified", "\"another\"");
            e.getResponseHeaders().set("Content-Range", "bytes 0-999/1000");
            WebServer.send(e, 206, content);
          });
      failure(ErrorKind.CONFLICT, () -> read(origin, file, all(file)));
      assertThat(read(origin, file, all(file))).isEqualTo(content);
    }
  }

  @Test
  void anotherRangeThanAskedForIsNotTaken() throws Exception {
    byte[] content = bytes(1000, 9);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("shifted.bin", content)));
    server.next(
        e -> {
          e.getResponseHeaders().set("ETag", WebServer.etag(content));
          e.getResponseHeaders().set("Content-Range", "bytes 1-100/1000");
          WebServer.send(e, 206, new byte[100]);
        });
    failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, new ByteRange(0, 100)));
    server.next(
        e -> {
          e.getResponseHeaders().set("ETag", WebServer.etag(content));
          WebServer.send(e, 200, content);
        });
    failure(ErrorKind.UNAVAILABLE, () -> read(origin, file, new ByteRange(0, 100)));
  }

  @Test
  void encodedAnswersAreRefused() {
    server.handle("/z.json", status(200, "Content-Encoding", "gzip", "ETag", "\"1\""));
    assertThat(refusal(ErrorKind.INVALID, "/z.json"))
        .hasMessageContaining("z.json")
        .hasMessageContaining("gzip");
    assertThat(server.requests().getFirst().headers().getFirst("Accept-Encoding"))
        .isEqualTo("identity");
  }

  @Test
  void anUnknownLengthIsRefused() {
    server.handle(
        "/endless.bin",
        e -> {
          e.getResponseHeaders().set("ETag", "\"1\"");
          e.sendResponseHeaders(200, 0);
          e.getResponseBody().write("chunk".getBytes(StandardCharsets.UTF_8));
        });
    assertThat(refusal(ErrorKind.INVALID, "/endless.bin"))
        .hasMessageContaining("/endless.bin")
        .hasMessageContaining("Content-Length");
  }

  @Test
  void whatCannotBePinnedIsRefused() {
    server.handle(
        "/loose.bin",
        e -> {
          e.getResponseHeaders().set("Content-Length", "5");
          e.getResponseHeaders().set("Accept-Ranges", "bytes");
          e.sendResponseHeaders(200, -1);
        });
    assertThat(refusal(ErrorKind.INVALID, "/loose.bin"))
        .hasMessageContaining("neither ETag nor Last-Modified");
  }

  @Test
  void unknownHostsAndClosedPortsAreNamed() throws Exception {
    Source unknown = Source.parse("https://no-such-host.invalid/model.bin");
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> fresh().resolve(unknown, soon())))
        .hasMessageContaining("the name no-such-host.invalid is not known to DNS");
    Source source = putFile("closed.bin", bytes(1, 10));
    server.close();
    assertThat(failure(ErrorKind.UNAVAILABLE, () -> fresh().resolve(source, soon())))
        .hasMessageContaining("no connection to localhost");
  }

  @Test
  void badUrlsAreRefused() {
    Map<String, String> why =
        Map.of(
            "https:///file",
            "names no host",
            "https://host",
            "ends in no file name",
            "https://host/dir/",
            "ends in no file name",
            "https://host/a%2Fb",
            "ends in no file name",
            "https://host/%2e%2e",
            "'..' segment",
            "https://host/a%00b",
            "control character",
            "https://host/a%5Cb",
            "backslash",
            "https://host/a%zz",
            "%20",
            "https://host/" + "x".repeat(300),
            "longer than 255 bytes");
    why.forEach(
        (url, reason) ->
            assertThat(failure(ErrorKind.INVALID, () -> fresh().resolve(Source.parse(url), soon())))
                .hasMessageContaining(url)
                .hasMessageContaining(reason));
  }

  @Test
  void queriesAreSentAndSecretsInThemRefused() throws Exception {
    Source source = putFile("q.bin", bytes(10, 11));
    Source query = Source.parse(source.uri() + "?version=3");
    FileEntry file = only(manifest(fresh(), query));
    assertThat(file.path().value()).isEqualTo("q.bin");
    assertThat(file.origin().location()).endsWith("?version=3");
    Source signed = Source.parse(source.uri() + "?X-Amz-Signature=deadbeef");
    assertThat(failure(ErrorKind.INVALID, () -> fresh().resolve(signed, soon())))
        .hasMessageContaining("X-Amz-Signature")
        .hasMessageNotContaining("deadbeef");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
