package io.larder.chaos.demo;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.demo.DemoReport.NodeResult;
import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.EnsureRequest;
import io.larder.client.LarderClient;
import io.larder.client.Progress;
import java.time.Duration;

/// One node's request for the model, and when it was answered. Thread-safe.
final class Download {
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final DaemonProcess node;
  private final Ensure ensure;
  private volatile long doneNanos;

  private Download(DaemonProcess node, Ensure ensure) {
    this.node = node;
    this.ensure = ensure;
  }

  /// Asks and returns at once.
  static Download start(DaemonProcess node, LarderClient client, String source) {
    Download download =
        new Download(node, client.ensure(EnsureRequest.of(source).within(PATIENCE)));
    var unused =
        download
            .ensure
            .toCompletableFuture()
            .whenComplete((artifact, failure) -> download.doneNanos = System.nanoTime());
    return download;
  }

  DaemonProcess node() {
    return node;
  }

  Progress progress() {
    return ensure.progress();
  }

  boolean isDone() {
    return doneNanos != 0;
  }

  /// Waits for the answer.
  ///
  /// @param start of the clock, in nano time
  /// @throws io.larder.client.LarderClientException when it failed
  NodeResult result(long start) throws InterruptedException {
    Artifact artifact = ensure.await();
    return new NodeResult(
        node.id(),
        (doneNanos - start) / 1e9,
        artifact.fetched().originBytes(),
        artifact.fetched().peerBytes(),
        artifact.path());
  }
}
