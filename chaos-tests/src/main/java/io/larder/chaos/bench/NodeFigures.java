package io.larder.chaos.bench;

import io.larder.chaos.cluster.ChildProcess;
import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.Logs;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.client.Ensure;
import io.larder.client.LarderClient;
import io.larder.concurrent.Closer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What one daemon costs: time from `exec` to a good answer of `/readyz`, resident memory when it
/// has nothing to do, and the time of `ensure` for a model that is there, through the socket.
@Command(
    name = "figures",
    sortOptions = false,
    description = "Measures cold start, idle memory and warm requests of one daemon.")
public final class NodeFigures implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final long MODEL_BYTES = 16L << 20;

  @Option(
      names = "--starts",
      defaultValue = "7",
      description = "How many cold starts. Default: ${DEFAULT-VALUE}.")
  private int starts;

  @Option(
      names = "--calls",
      defaultValue = "2000",
      description =
          "How many warm requests, after half as many to warm up. Default: ${DEFAULT-VALUE}.")
  private int calls;

  @Option(
      names = "--settle",
      defaultValue = "60",
      description = "Seconds of idleness before memory is read. Default: ${DEFAULT-VALUE}.")
  private int settleSeconds;

  @Option(
      names = "--heap",
      defaultValue = "256",
      description = "Heap of the daemon in MiB. Default: ${DEFAULT-VALUE}.")
  private int heapMegabytes;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  public static void main(String[] arguments) {
    Logs.quiet();
    System.exit(new CommandLine(new NodeFigures()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("larder-figures-");
    try (Closer closer = new Closer()) {
      coldStarts(folder);

      OriginProcess origin =
          closer.register(OriginProcess.start(Host.local(), folder.resolve("origin")));
      OriginRelay relay =
          closer.register(OriginRelay.start(Host.local().address(), origin.address()));
      SampleModel model = SampleModel.synthetic(folder.resolve("model"), MODEL_BYTES);
      origin.upload(model.folder(), "models", "warm/");
      DaemonProcess node = closer.register(alone(folder.resolve("warm"), relay.endpoint()));
      node.start().awaitReady(PATIENCE);
      idle("after " + settleSeconds + " s of idleness", node);
      try (LarderClient client = node.connect()) {
        warm("file://", client, "file://" + model.folder(), relay);
        warm("s3://", client, "s3://models/warm/", relay);
      }
      idle("and " + settleSeconds + " s after these requests", node);
      return 0;
    } finally {
      ChildProcess.killAll();
      Shell.run(List.of("rm", "-rf", folder.toString()));
    }
  }

  private void coldStarts(Path folder) {
    double[] millis = new double[starts];
    for (int i = 0; i < starts; i++) {
      try (DaemonProcess node = alone(folder.resolve("start" + i), "http://127.0.0.1:1")) {
        long start = System.nanoTime();
        node.start();
        while (!node.ready()) {
          if (!node.alive()) {
            throw new IllegalStateException("the daemon ended:\n" + node.process().logTail(20));
          }
          LockSupport.parkNanos(POLL.toNanos());
        }
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(millis);
    print(
        "cold start to ready, one node that bootstraps: median %.0f ms, %.0f to %.0f ms of %d",
        millis[starts / 2], millis[0], millis[starts - 1], starts);
  }

  private void idle(String when, DaemonProcess node) throws InterruptedException {
    Thread.sleep(Duration.ofSeconds(settleSeconds));
    print(
        "resident memory %s: %.0f MiB (-Xmx%dm)",
        when, node.residentBytes() / (double) (1 << 20), heapMegabytes);
  }

  private void warm(String kind, LarderClient client, String source, OriginRelay relay)
      throws InterruptedException {
    ensure(client, source);
    for (int i = 0; i < calls / 2; i++) {
      ensure(client, source);
    }
    long requests = relay.requests();
    double[] millis = new double[calls];
    for (int i = 0; i < calls; i++) {
      long start = System.nanoTime();
      ensure(client, source);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    print(
        "warm ensure of %s, %d calls: p50 %.2f ms, p99 %.2f ms, max %.1f ms; %d requests to the origin",
        kind,
        calls,
        millis[calls / 2],
        millis[calls * 99 / 100],
        millis[calls - 1],
        relay.requests() - requests);
  }

  private static void ensure(LarderClient client, String source) throws InterruptedException {
    try (Ensure ensure = client.ensure(source)) {
      ensure.await(PATIENCE);
    }
  }

  private DaemonProcess alone(Path folder, String endpoint) {
    return Cluster.builder(folder)
        .nodes(1)
        .s3(endpoint)
        .heapMegabytes(heapMegabytes)
        .build()
        .node(0);
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
