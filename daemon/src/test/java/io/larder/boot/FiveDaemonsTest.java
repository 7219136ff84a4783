package io.larder.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.larder.artifact.Artifact;
import io.larder.boot.config.Configuration;
import io.larder.boot.tls.CertificateAuthority;
import io.larder.boot.tls.NodeCertificate;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.NodeId;
import io.larder.content.Source;
import io.larder.store.TestBlobs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Five whole daemons in one JVM: own folders and ports, mutual TLS, three Raft voters, a web
/// server as origin that counts what it sends.
class FiveDaemonsTest {
  private static final int NODES = 5;
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<Daemon> daemons = new ArrayList<>();
  private final AtomicLong served = new AtomicLong();
  private final byte[] model = TestBlobs.bytes(7, 50_000_000);
  private HttpServer origin;

  @TempDir Path folder;

  @BeforeEach
  void startOrigin() throws IOException {
    origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    origin.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    origin.createContext(
        "/model.bin",
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"v1\"");
          exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
          if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + model.length);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
          }
          int from = 0;
          int to = model.length;
          String range = exchange.getRequestHeaders().getFirst("Range");
          Matcher matcher = RANGE.matcher(range == null ? "" : range);
          if (matcher.matches()) {
            from = Integer.parseInt(matcher.group(1));
            to = Integer.parseInt(matcher.group(2)) + 1;
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + model.length);
          }
          exchange.sendResponseHeaders(range == null ? 200 : 206, to - from);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(model, from, to - from);
            served.addAndGet(to - from);
          }
        });
    origin.start();
  }

  @AfterEach
  void stop() {
    daemons.reversed().forEach(Daemon::close);
    origin.stop(0);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void startAll() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(folder.resolve("ca"));
    String seed = "127.0.0.1:" + freePort();
    for (int i = 1; i <= NODES; i++) {
      NodeId id = new NodeId("n" + i);
      NodeCertificate certificate =
          authority.issue(id, List.of("127.0.0.1", "localhost"), folder.resolve("tls" + i));
      String raft = "127.0.0.1:" + freePort();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--config=/dev/null",
                  "--node-id=" + id,
                  "--data=" + folder.resolve("data" + i),
                  "--socket=" + folder.resolve(i + ".sock"),
                  "--store-capacity=1GiB",
                  "--peer-listen=" + (i == 1 ? seed : "127.0.0.1:0"),
                  "--peer-advertise=" + (i == 1 ? seed : "127.0.0.1:0"),
                  "--seed=" + seed,
                  "--raft-listen=" + raft,
                  "--raft-advertise=" + raft,
                  "--raft-promote-after=500ms",
                  "--http-listen=127.0.0.1:0",
                  "--tls-certificate=" + certificate.certificate(),
                  "--tls-key=" + certificate.key(),
                  "--tls-authority=" + certificate.authority()));
      if (i == 1) {
        arguments.add("--bootstrap");
      }
      daemons.add(Daemon.start(Configuration.load(arguments, Map.of()).orThrow(), Map.of()));
    }
    await()
        .atMost(SOON)
        .until(
            () ->
                daemons.stream()
                    .allMatch(
                        daemon ->
                            daemon.status().cluster().coordinated()
                                && daemon.status().cluster().members().size() == NODES
                                && daemon.status().cluster().voters().size() == 3));
  }

  @Test
  void fetchEachByteOnceAndAllExposeIt() throws Exception {
    startAll();
    Source source =
        Source.parse("http://127.0.0.1:" + origin.getAddress().getPort() + "/model.bin");
    try (Scope scope = Scope.open("test")) {
      List<Future<Artifact>> all = new ArrayList<>();
      for (Daemon daemon : daemons) {
        all.add(
            scope.fork(
                () ->
                    daemon
                        .artifacts()
                        .ensure(source, Optional.empty(), progress -> {}, Deadline.after(SOON))));
      }
      for (Future<Artifact> one : all) {
        Artifact artifact = Scope.get(one);
        assertThat(Files.mismatch(artifact.path(), writeModel())).isEqualTo(-1);
      }
    }
    assertThat(served).hasValue(model.length);
    assertThat(daemons.stream().mapToLong(d -> d.status().traffic().originBytes()).sum())
        .isGreaterThanOrEqualTo(model.length);
  }

  private Path writeModel() throws IOException {
    return Files.write(folder.resolve("model.bin"), model);
  }
}
