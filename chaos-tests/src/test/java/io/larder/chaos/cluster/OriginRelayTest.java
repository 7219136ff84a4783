package io.larder.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// The relay in front of a real S3 server: the measurements of all chaos tests rest on it.
class OriginRelayTest {
  private static final int SIZE = 3_000_000;

  @TempDir static Path folder;
  private static OriginProcess origin;
  private OriginRelay relay;
  private S3Client client;

  @BeforeAll
  static void startOrigin() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files"));
    Files.write(files.resolve("weights"), new byte[SIZE]);
    origin = OriginProcess.start(Host.local(), folder.resolve("origin"));
    origin.upload(files, "bucket", "model/");
  }

  @AfterAll
  static void stopOrigin() {
    origin.close();
  }

  @BeforeEach
  void start() {
    relay = OriginRelay.start("127.0.0.1", origin.address());
    client =
        S3Client.builder()
            .endpointOverride(URI.create(relay.endpoint()))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(
                        OriginProcess.credentials().get("AWS_ACCESS_KEY_ID"),
                        OriginProcess.credentials().get("AWS_SECRET_ACCESS_KEY"))))
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    relay.close();
  }

  @Test
  void countsContentAndNothingElse() {
    client.listObjectsV2(b -> b.bucket("bucket").prefix("model/"));
    client.headObject(b -> b.bucket("bucket").key("model/weights"));
    assertThat(relay.objectBytes()).isZero();

    assertThat(get("bytes=0-999999")).isEqualTo(1_000_000);
    assertThat(get("bytes=1000000-2999999")).isEqualTo(2_000_000);
    assertThat(relay.objectBytes()).isEqualTo(SIZE);
    assertThat(relay.repeatedBytes()).isZero();
    assertThat(relay.transfers())
        .containsExactlyInAnyOrder(
            new OriginRelay.Transfer("/bucket/model/weights", 0, 1_000_000),
            new OriginRelay.Transfer("/bucket/model/weights", 1_000_000, 2_000_000));

    get("bytes=900000-1099999");
    assertThat(relay.repeatedBytes()).isEqualTo(200_000);
  }

  @Test
  void keepsTheRate() {
    relay.rate(6_000_000);
    long start = System.nanoTime();
    get("bytes=0-2999999");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(450), Duration.ofSeconds(10));
  }

  @Test
  void goesDownAndComesBackOnTheSamePort() throws Exception {
    String endpoint = relay.endpoint();
    relay.down();
    assertThatThrownBy(() -> plainGet(endpoint)).isInstanceOf(IOException.class);
    relay.up();
    assertThat(plainGet(endpoint)).isEqualTo(403);
    assertThat(get("bytes=0-9")).isEqualTo(10);
  }

  @Test
  void cutsADownloadHalfWay() {
    relay.rate(1_000_000);
    Thread cutter =
        Thread.ofVirtual()
            .start(
                () -> {
                  Awaitility.await().until(() -> relay.objectBytes() > 100_000);
                  relay.cut();
                });
    assertThatThrownBy(() -> get("bytes=0-2999999")).isInstanceOf(RuntimeException.class);
    Awaitility.await().until(() -> !cutter.isAlive() && relay.transfers().size() == 1);
    assertThat(relay.objectBytes()).isBetween(100_000L, 1_500_000L);
    assertThat(relay.transfers().getFirst().length()).isEqualTo(relay.objectBytes());
  }

  private int get(String range) {
    return client
        .getObject(
            b -> b.bucket("bucket").key("model/weights").range(range),
            ResponseTransformer.toBytes())
        .asByteArrayUnsafe()
        .length;
  }

  private static int plainGet(String endpoint) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(endpoint + "/bucket/model/weights")).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
