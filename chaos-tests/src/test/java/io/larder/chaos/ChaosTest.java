package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.EnsureRequest;
import io.larder.client.LarderClient;
import io.larder.concurrent.Closer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;

/// An S3 origin in a process of its own, a relay in front of it that makes it slow enough to be
/// hurt half-way, a model in it, and what a test starts as its cluster of real daemons.
@Timeout(480)
abstract class ChaosTest {
  static final String SOURCE = "s3://models/chaos/";
  static final Duration FORMED = Duration.ofSeconds(120);
  static final Duration DONE = Duration.ofSeconds(150);

  /// One chunk: what a download that is cut loses at most.
  static final long CHUNK = 4L << 20;

  /// Slow enough that a test meets the download under way, fast enough not to bore.
  static final long RATE = 24_000_000;

  @TempDir Path folder;

  final Closer closer = new Closer();
  OriginProcess origin;
  OriginRelay relay;
  SampleModel model;
  Cluster cluster;

  /// The logs of the daemons say why a test failed.
  @RegisterExtension
  final TestExecutionExceptionHandler logs =
      (context, failure) -> {
        if (cluster != null) {
          System.err.println(cluster.logs(60));
        }
        throw failure;
      };

  @BeforeEach
  void startOrigin() {
    model = SampleModel.synthetic(folder.resolve("model"), modelBytes());
    origin = closer.register(OriginProcess.start(Host.local(), folder.resolve("origin")));
    origin.upload(model.folder(), "models", "chaos/");
    relay = closer.register(OriginRelay.start("127.0.0.1", origin.address()));
    relay.rate(RATE);
  }

  @AfterEach
  void stop() {
    closer.close();
  }

  long modelBytes() {
    return 96L << 20;
  }

  /// Starts daemons with mutual TLS and waits until they are a cluster. They give up on silence
  /// soon and hold leases briefly, so that tests are short.
  void startCluster(int nodes, UnaryOperator<Cluster.Builder> more) {
    Cluster.Builder builder =
        Cluster.builder(folder)
            .nodes(nodes)
            .s3(relay.endpoint())
            .mutualTls()
            .flag("transfer-stall", "3s")
            .flag("lease-ttl", "3s");
    cluster = closer.register(more.apply(builder).build());
    cluster.start(FORMED);
  }

  /// Asks a node, over a connection of its own that lives as long as the test.
  Ensure ask(DaemonProcess node) {
    LarderClient client = closer.register(node.connect());
    return client.ensure(EnsureRequest.of(SOURCE).within(DONE));
  }

  List<Ensure> askAll() {
    return cluster.nodes().stream().map(this::ask).toList();
  }

  /// Waits until the origin has sent this share of the model.
  void awaitSent(double share) {
    await("the origin has sent a part").until(() -> relay.objectBytes() >= share * model.bytes());
    assertThat(relay.objectBytes())
        .as("the download is still under way")
        .isLessThan((long) (0.95 * model.bytes()));
  }

  /// Waits for the path and compares everything in it with the original.
  Artifact assertDelivered(Ensure ensure) throws InterruptedException {
    Artifact artifact = ensure.await(DONE);
    assertThat(SampleModel.of(artifact.path()).sha256()).isEqualTo(model.sha256());
    return artifact;
  }

  static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(DONE).pollInterval(Duration.ofMillis(20));
  }
}
