package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.client.Artifact;
import io.larder.client.EnsureRequest;
import io.larder.client.LarderClient;
import io.larder.client.LarderClientException;
import io.larder.client.LarderClientException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What people get wrong, through the whole daemon: each has a kind and a message of one line that
/// names the source.
@Timeout(120)
class BadInputIT {
  @TempDir static Path folder;
  private static OriginProcess origin;
  private static Cluster cluster;
  private static DaemonProcess node;
  private static LarderClient client;

  @BeforeAll
  static void start() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files"));
    Files.writeString(files.resolve("empty"), "");
    Files.writeString(files.resolve("small"), "a few bytes");
    Files.write(files.resolve("large"), new byte[3 << 20]);
    origin = OriginProcess.start(Host.local(), folder.resolve("origin"));
    origin.upload(files, "models", "mixed/");
    String address = origin.address().getHostString() + ":" + origin.address().getPort();
    cluster =
        Cluster.builder(folder)
            .nodes(1)
            .s3("http://" + address)
            .flag("store-capacity", "2MiB")
            .build()
            .start(Duration.ofSeconds(60));
    node = cluster.node(0);
    client = node.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
    origin.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://host/file, INVALID",
    "not a uri, INVALID",
    "s3://, INVALID",
    "s3://models/nothing-here/, NOT_FOUND",
    "s3://models/mixed/absent, NOT_FOUND",
    "s3://no-such-bucket/model/, NOT_FOUND",
    "file:///no/such/folder, NOT_FOUND",
    "https://host.invalid/file, UNAVAILABLE",
    "http://127.0.0.1:1/file, UNAVAILABLE",
    "s3://models/mixed/, EXHAUSTED",
  })
  void isRefusedWithAKindAndOneLine(String source, Kind kind) {
    LarderClientException refusal = refusal(client, source);
    assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
    assertThat(refusal.getMessage())
        .doesNotContain("\n")
        .doesNotContain("Exception")
        .hasSizeGreaterThan(20);
    assertThat(node.alive()).isTrue();
  }

  @Test
  void namesBothSizesWhenTheStoreIsTooSmall() {
    assertThat(refusal(client, "s3://models/mixed/large").getMessage())
        .containsPattern("3.*MiB|3145728");
  }

  @Test
  void emptyFilesAreFilesToo() throws Exception {
    Artifact artifact = client.ensure("s3://models/mixed/empty").await(Duration.ofSeconds(30));
    assertThat(artifact.path()).isEmptyFile();
    assertThat(artifact.bytes()).isZero();
  }

  @Test
  void wrongCredentialsAreDenied() {
    try (Cluster stranger =
        Cluster.builder(folder.resolve("stranger"))
            .nodes(1)
            .s3("http://" + origin.address().getHostString() + ":" + origin.address().getPort())
            .environment("AWS_SECRET_ACCESS_KEY", "wrong-and-never-to-be-shown")
            .build()
            .start(Duration.ofSeconds(60))) {
      try (LarderClient denied = stranger.node(0).connect()) {
        LarderClientException refusal = refusal(denied, "s3://models/mixed/small");
        assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(Kind.DENIED);
        assertThat(refusal.getMessage()).doesNotContain("never-to-be-shown");
      }
      assertThat(stranger.node(0).log()).content().doesNotContain("never-to-be-shown");
    }
  }

  @Test
  void nobodyListensOnTheSocket() {
    Path socket = folder.resolve("nobody.sock");
    assertThatThrownBy(() -> LarderClient.connect(socket))
        .isInstanceOfSatisfying(
            LarderClientException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
        .hasMessageContaining(socket.toString());
  }

  private static LarderClientException refusal(LarderClient to, String source) {
    EnsureRequest request =
        new EnsureRequest(source, Optional.empty(), Optional.of(Duration.ofSeconds(60)));
    return catchThrowableOfType(LarderClientException.class, () -> to.ensure(request).await());
  }
}
