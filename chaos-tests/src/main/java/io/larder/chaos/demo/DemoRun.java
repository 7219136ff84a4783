package io.larder.chaos.demo;

import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.chaos.demo.DemoReport.NodeResult;
import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.LarderClient;
import io.larder.concurrent.Closer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One run of the demo, from an empty folder to the report. Closing ends all processes.
final class DemoRun implements AutoCloseable {
  private static final String SOURCE = "s3://models/demo/";
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Path folder;
  private final int count;
  private final DemoModel kind;
  private final long originRate;
  private final Screen screen;
  private final Closer closer = new Closer();

  DemoRun(Path folder, int count, DemoModel kind, long originRate, Screen screen) {
    this.folder = folder;
    this.count = count;
    this.kind = kind;
    this.originRate = originRate;
    this.screen = screen;
  }

  DemoReport run() throws IOException, InterruptedException {
    screen.line();
    screen.line(
        "  " + screen.bold("Larder demo: " + nodes(count) + ", one download") + "   in " + folder);
    screen.line();
    screen.doing("model", "preparing");
    OnnxLibrary.unpack(folder.resolve("onnxruntime"));
    SampleModel model = kind.prepare(folder.resolve("model"));
    checkSpace(model.bytes());
    screen.field("model", describe(model));

    screen.doing("origin", "starting, and uploading the model");
    OriginProcess origin =
        closer.register(OriginProcess.start(Host.local(), folder.resolve("origin")));
    origin.upload(model.folder(), "models", "demo/");
    OriginRelay relay =
        closer.register(OriginRelay.start(Host.local().address(), origin.address()));
    relay.rate(originRate);
    screen.field(
        "origin",
        SOURCE
            + " on an S3 server of its own"
            + (originRate == 0
                ? ""
                : ", limited to " + Screen.megabytes(originRate) + "/s as if far away"));

    screen.doing("cluster", "starting " + nodes(count));
    long started = System.nanoTime();
    Cluster cluster =
        closer.register(
            Cluster.builder(folder).nodes(count).s3(relay.endpoint()).mutualTls().build());
    cluster.start(PATIENCE);
    screen.field(
        "cluster",
        nodes(count)
            + " with mutual TLS, "
            + (count < 3 ? "one voter" : "three voters")
            + ", ready in "
            + Screen.seconds(secondsSince(started)));
    screen.line();

    List<NodeResult> results = download(cluster, model, relay);
    double seconds = results.stream().mapToDouble(NodeResult::seconds).max().orElseThrow();
    long originBytes = relay.objectBytes();
    table(results, seconds);

    Proof proof = new Proof(screen);
    proof.once(originBytes, model.bytes(), results);
    proof.equal(model, results);
    proof.runs(kind, model, results);
    DaemonProcess last = cluster.node(count - 1);
    double warmMillis = restart(last, results.getLast());
    proof.warm(last.id(), relay, originBytes, warmMillis);
    return new DemoReport(results, model.bytes(), originBytes, proof.holds(), seconds, warmMillis);
  }

  /// What to do with a cluster that is left running.
  void howToTalk(Path home) {
    screen.line("  Still running. Talk to a node from another terminal:");
    screen.line("    LARDER_SOCKET=" + home.resolve("n1/larder.sock") + " ./larder ls");
    screen.line("    LARDER_SOCKET=" + home.resolve("n1/larder.sock") + " ./larder status");
    screen.line("  Logs: " + home.resolve("n1/daemon.log"));
    screen.line("  Ctrl-C stops everything and removes " + home + ".");
  }

  private List<NodeResult> download(Cluster cluster, SampleModel model, OriginRelay relay)
      throws InterruptedException {
    List<LarderClient> clients = new ArrayList<>();
    for (DaemonProcess node : cluster.nodes()) {
      clients.add(closer.register(node.connect()));
    }
    screen.line(
        "  All ask for it at the same moment."
            + (screen.terminal() ? "   " + screen.legend() : ""));
    long start = System.nanoTime();
    List<Download> downloads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      downloads.add(Download.start(cluster.node(i), clients.get(i), SOURCE));
    }
    new LiveView(screen, relay, model.bytes()).watch(downloads, start);
    List<NodeResult> results = new ArrayList<>();
    for (Download download : downloads) {
      results.add(download.result(start));
    }
    return results;
  }

  private void table(List<NodeResult> results, double seconds) {
    screen.line(
        screen.dim(
            String.format(
                "  %-9s %8s %12s %12s   %s", "node", "time", "from origin", "from peers", "path")));
    for (NodeResult node : results) {
      screen.line(
          String.format(
              "  %-9s %8s %12s %12s   %s",
              node.id(),
              Screen.seconds(node.seconds()),
              Screen.megabytes(node.originBytes()),
              Screen.megabytes(node.peerBytes()),
              node.path()));
    }
    screen.line(
        String.format(
            "  %-9s %8s %12s %12s",
            "all",
            Screen.seconds(seconds),
            Screen.megabytes(results.stream().mapToLong(NodeResult::originBytes).sum()),
            Screen.megabytes(results.stream().mapToLong(NodeResult::peerBytes).sum())));
    screen.line();
  }

  /// @return milliseconds of the first request to the node that came back, until the same path was
  ///   there
  private double restart(DaemonProcess node, NodeResult before) throws InterruptedException {
    screen.doing("", "killing " + node + " and starting it again");
    node.kill();
    node.start().awaitReady(PATIENCE);
    try (LarderClient client = node.connect()) {
      long start = System.nanoTime();
      try (Ensure ensure = client.ensure(SOURCE)) {
        Artifact artifact = ensure.await(PATIENCE);
        double millis = (System.nanoTime() - start) / 1e6;
        if (!artifact.path().equals(before.path())) {
          throw new IllegalStateException(
              node
                  + " had the model at "
                  + before.path()
                  + " and now has it at "
                  + artifact.path());
        }
        return millis;
      }
    }
  }

  private String describe(SampleModel model) {
    return kind.describe()
        + ": "
        + model.sha256().size()
        + (model.sha256().size() == 1 ? " file, " : " files, ")
        + Screen.megabytes(model.bytes());
  }

  private void checkSpace(long modelBytes) throws IOException {
    long wanted = modelBytes * (count + 1) + 512_000_000;
    long there = Files.getFileStore(folder).getUsableSpace();
    if (there < wanted) {
      throw new IllegalStateException(
          folder.getParent()
              + " has "
              + Screen.megabytes(there)
              + " free and the demo needs "
              + Screen.megabytes(wanted)
              + "; take fewer nodes or set TMPDIR to a larger disk");
    }
  }

  /// `1 node`, `3 nodes`.
  static String nodes(int count) {
    return count == 1 ? "1 node" : count + " nodes";
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  @Override
  public void close() {
    closer.close();
  }
}
