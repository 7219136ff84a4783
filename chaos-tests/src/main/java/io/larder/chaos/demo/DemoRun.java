package io.larder.chaos.demo;

import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.chaos.demo.DemoModel.Thoughts;
import io.larder.chaos.demo.DemoReport.NodeResult;
import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.LarderClient;
import io.larder.client.Progress;
import io.larder.concurrent.Closer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// One run of the demo, from an empty folder to the report. Closing ends all processes.
final class DemoRun implements AutoCloseable {
  private static final String SOURCE = "s3://models/demo/";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration FRAME = Duration.ofMillis(100);
  private static final Duration PLAIN_FRAME = Duration.ofSeconds(1);
  private static final int BAR = 40;

  /// Beyond this much over one, the origin was asked for something twice.
  private static final double ONCE = 1.005;

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

  /// One node's request and when it was answered.
  private static final class Download {
    final DaemonProcess node;
    final LarderClient client;
    final Ensure ensure;
    volatile long doneNanos;

    Download(DaemonProcess node, LarderClient client, Ensure ensure) {
      this.node = node;
      this.client = client;
      this.ensure = ensure;
    }
  }

  DemoReport run() throws IOException, InterruptedException {
    screen.line();
    screen.line(
        "  " + screen.bold("Larder demo: " + nodes(count) + ", one download") + "   in " + folder);
    screen.line();
    screen.doing("model", "preparing");
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

    screen.line("  " + screen.bold("Proof"));
    boolean once = proveOnce(originBytes, model.bytes(), results);
    boolean equal = proveEqual(model, results);
    boolean runs = proveRuns(model, results);
    double warmMillis = restart(cluster.node(count - 1), results.getLast());
    boolean still = proveWarm(cluster.node(count - 1), relay, originBytes, warmMillis);
    boolean verified = once && equal && runs && still;
    return new DemoReport(results, model.bytes(), originBytes, verified, seconds, warmMillis);
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
      Download download =
          new Download(cluster.node(i), clients.get(i), clients.get(i).ensure(SOURCE));
      download
          .ensure
          .toCompletableFuture()
          .whenComplete((artifact, failure) -> download.doneNanos = System.nanoTime());
      downloads.add(download);
    }
    watch(downloads, start, model.bytes(), relay);
    List<NodeResult> results = new ArrayList<>();
    for (Download download : downloads) {
      Artifact artifact = download.ensure.await();
      Progress fetched = artifact.fetched();
      results.add(
          new NodeResult(
              download.node.id(),
              (download.doneNanos - start) / 1e9,
              fetched.originBytes(),
              fetched.peerBytes(),
              artifact.path()));
    }
    return results;
  }

  private void watch(List<Download> downloads, long start, long total, OriginRelay relay) {
    long next = System.nanoTime();
    boolean done;
    do {
      done = downloads.stream().allMatch(download -> download.doneNanos != 0);
      if (screen.terminal()) {
        screen.redraw(frame(downloads, total, relay));
      } else if (done || System.nanoTime() >= next) {
        screen.line(plainFrame(downloads, secondsSince(start), total, relay));
        next = System.nanoTime() + PLAIN_FRAME.toNanos();
      }
      if (!done) {
        LockSupport.parkNanos(FRAME.toNanos());
      }
    } while (!done);
    screen.line();
  }

  private static String plainFrame(
      List<Download> downloads, double seconds, long total, OriginRelay relay) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %5.1f s ", seconds));
    for (Download download : downloads) {
      Progress progress = download.ensure.progress();
      line.append(
          String.format(
              Locale.ROOT,
              " %s %3.0f %% (origin %s, peers %s) ",
              download.node.id(),
              100 * Math.min(1, progress.doneBytes() / (double) total),
              Screen.megabytes(progress.originBytes()),
              Screen.megabytes(progress.peerBytes())));
    }
    return line
        + String.format(Locale.ROOT, " origin sent %.2f x", relay.objectBytes() / (double) total);
  }

  private List<String> frame(List<Download> downloads, long total, OriginRelay relay) {
    List<String> lines = new ArrayList<>();
    for (Download download : downloads) {
      Progress progress = download.ensure.progress();
      double origin = progress.originBytes() / (double) total;
      double peers = progress.peerBytes() / (double) total;
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-9s %s %3.0f %%  %s  %s",
              download.node.id(),
              screen.bar(BAR, origin, peers),
              100 * Math.min(1, progress.doneBytes() / (double) total),
              screen.origin(String.format("%9s", Screen.megabytes(progress.originBytes()))),
              screen.peers(String.format("%9s", Screen.megabytes(progress.peerBytes())))));
    }
    double sent = relay.objectBytes() / (double) total;
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-9s %s %4.2f x  %s",
            "origin",
            screen.bar(BAR, sent, 0),
            sent,
            screen.origin(String.format("%9s sent", Screen.megabytes(relay.objectBytes())))));
    return lines;
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

  private boolean proveOnce(long sent, long size, List<NodeResult> results) {
    double times = sent / (double) size;
    long claimed = results.stream().mapToLong(NodeResult::originBytes).sum();
    boolean good = times <= ONCE && sent >= size;
    proof(
        good,
        String.format(
            Locale.ROOT,
            "the origin sent %,d bytes = %.2f x the model (counted at the origin; the nodes say %,d)",
            sent,
            times,
            claimed));
    return good;
  }

  private boolean proveEqual(SampleModel model, List<NodeResult> results) {
    List<String> different =
        results.stream().filter(node -> !model.sameAs(node.path())).map(NodeResult::id).toList();
    proof(
        different.isEmpty(),
        different.isEmpty()
            ? "every file has the SHA-256 of the original, "
                + model.sha256().size()
                + " files on each of "
                + nodes(count)
            : "the files differ from the original on " + String.join(", ", different));
    return different.isEmpty();
  }

  private boolean proveRuns(SampleModel model, List<NodeResult> results) {
    Optional<Thoughts> original = kind.think(model.folder());
    if (original.isEmpty()) {
      return true;
    }
    Thoughts wanted = original.get();
    boolean good =
        results.stream()
            .allMatch(node -> kind.think(node.path()).filter(wanted::sameAs).isPresent());
    if (!good) {
      proof(
          false,
          "ONNX Runtime computes something else from an exposed path than from the original");
      return false;
    }
    proof(true, "ONNX Runtime runs the model from each path, and all find the same:");
    like(wanted.near(), DemoModel.Sentences.SENTENCES.get(1));
    like(wanted.far(), DemoModel.Sentences.SENTENCES.get(2));
    return true;
  }

  private void like(double similarity, String other) {
    screen.line(
        String.format(
            Locale.ROOT,
            "      %5.2f  \"%s\" and \"%s\"",
            similarity,
            DemoModel.Sentences.SENTENCES.getFirst(),
            other));
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

  private boolean proveWarm(
      DaemonProcess node, OriginRelay relay, long originBytes, double warmMillis) {
    long more = relay.objectBytes() - originBytes;
    boolean good = more == 0;
    proof(
        good,
        String.format(
            Locale.ROOT,
            "%s was killed with -9 and started again: the next get took %.0f ms and %,d bytes of the"
                + " origin",
            node.id(),
            warmMillis,
            more));
    return good;
  }

  private void proof(boolean good, String text) {
    screen.settle("  " + screen.mark(good) + " " + text);
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
              + "; take fewer nodes or set TMPDIR (-Djava.io.tmpdir) to a larger disk");
    }
  }

  private static String nodes(int count) {
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
