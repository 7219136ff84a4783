package io.larder.chaos.bench;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.larder.chaos.cluster.ChildProcess;
import io.larder.chaos.cluster.Cluster;
import io.larder.chaos.cluster.DaemonProcess;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.Logs;
import io.larder.chaos.cluster.OriginProcess;
import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.LarderClient;
import io.larder.concurrent.Closer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLongArray;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// N daemons on shaped links all want one model at the same moment. Prints how long the last one
/// takes, next to the fluid limit: with model size S, origin rate u, node rates d down and U up,
/// nobody can have all nodes done before `max(S/u, S/d, N*S/(u + N*U))` (Kumar and Ross, "Peer-
/// assisted file distribution: the minimum distribution time", 2006). Needs root.
@Command(
    name = "swarm",
    sortOptions = false,
    description = "Measures how fast a model reaches N daemons over shaped links. Needs root.")
public final class SwarmBenchmark implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String SOURCE = "s3://models/swarm/";

  @Option(
      names = "--nodes",
      defaultValue = "8",
      description = "How many daemons. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--mib",
      defaultValue = "256",
      description = "Size of the model in MiB. Default: ${DEFAULT-VALUE}.")
  private int mib;

  @Option(
      names = "--origin-mbit",
      defaultValue = "400",
      description = "What the origin sends in all, Mbit/s. Default: ${DEFAULT-VALUE}.")
  private int originMbit;

  @Option(
      names = "--node-mbit",
      defaultValue = "200",
      description = "What a node sends and receives, Mbit/s each way. Default: ${DEFAULT-VALUE}.")
  private int nodeMbit;

  @Option(names = "--tls", description = "Mutual TLS between the nodes.")
  private boolean tls;

  @Option(names = "--heap", defaultValue = "160", description = "Heap of a daemon in MiB.")
  private int heapMegabytes;

  @Option(
      names = "--rounds",
      defaultValue = "1",
      description = "How often, each with a new cluster. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--links",
      description = "Only measure the links with plain copies, without daemons.")
  private boolean linksOnly;

  @Option(names = "--logs", description = "Keep the folder with the logs of the daemons.")
  private boolean keepLogs;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Logs.quiet();
    if (Enclosure.inside() || List.of(arguments).contains("--help")) {
      System.exit(new CommandLine(new SwarmBenchmark()).execute(arguments));
    }
    try {
      System.exit(Enclosure.run(SwarmBenchmark.class, arguments));
    } catch (IllegalStateException e) {
      System.err.println("swarm: " + e.getMessage());
      System.exit(1);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("larder-swarm-");
    try {
      ShapedNetwork network = ShapedNetwork.create(nodes, originMbit, nodeMbit);
      SampleModel model = SampleModel.synthetic(folder.resolve("model"), (long) mib << 20);
      print(
          "%d nodes, %d MiB, origin %d Mbit/s in all, nodes %d Mbit/s each way%s",
          nodes, mib, originMbit, nodeMbit, tls ? ", mutual TLS" : "");
      links(folder, network);
      boolean good = true;
      for (int round = 1; round <= rounds && !linksOnly; round++) {
        good &= swarm(Files.createDirectories(folder.resolve("round" + round)), network, model);
      }
      return good ? 0 : 1;
    } finally {
      if (keepLogs) {
        print("logs: %s", folder);
      } else {
        ChildProcess.killAll();
        Shell.run(List.of("rm", "-rf", folder.toString()));
      }
    }
  }

  /// What the links really carry: one plain copy, then one a node at the same time.
  private void links(Path folder, ShapedNetwork network) throws IOException {
    Path file = folder.resolve("plain");
    long bytes = 32L << 20;
    Files.write(file, new byte[(int) bytes]);
    HttpServer server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(network.originAddress(), 0),
            folder.toAbsolutePath(),
            SimpleFileServer.OutputLevel.NONE);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    try {
      String url =
          "http://" + network.originAddress() + ":" + server.getAddress().getPort() + "/plain";
      double one = copy(network.nodes().subList(0, 1), url, folder);
      double all = copy(network.nodes(), url, folder);
      print(
          "plain copies from the origin: one node %.0f Mbit/s, %d nodes %.0f Mbit/s in all",
          bytes * 8 / one / 1e6, nodes, nodes * bytes * 8 / all / 1e6);
    } finally {
      server.stop(0);
    }
  }

  private static double copy(List<Host> to, String url, Path folder) {
    long start = System.nanoTime();
    List<ChildProcess> copies = new ArrayList<>();
    for (Host host : to) {
      List<String> command = new ArrayList<>(host.prefix());
      command.addAll(List.of("curl", "-sSf", "--noproxy", "*", "-o", "/dev/null", url));
      copies.add(ChildProcess.start("copy", command, Map.of(), folder.resolve("copy.log")));
    }
    copies.forEach(copy -> copy.awaitSuccess(PATIENCE));
    return (System.nanoTime() - start) / 1e9;
  }

  private boolean swarm(Path folder, ShapedNetwork network, SampleModel model)
      throws InterruptedException, IOException {
    try (Closer closer = new Closer()) {
      OriginProcess origin =
          closer.register(OriginProcess.start(Host.local(), folder.resolve("origin")));
      origin.upload(model.folder(), "models", "swarm/");
      OriginRelay relay =
          closer.register(OriginRelay.start(network.originAddress(), origin.address()));
      Cluster.Builder builder =
          Cluster.builder(folder)
              .hosts(network.nodes())
              .heapMegabytes(heapMegabytes)
              .s3(relay.endpoint());
      Cluster cluster = closer.register((tls ? builder.mutualTls() : builder).build());
      long started = System.nanoTime();
      cluster.start(PATIENCE);
      print("cluster formed in %.1f s", (System.nanoTime() - started) / 1e9);
      Duration cpuBefore = cpu(cluster);
      double seconds = measure(cluster, closer, model);
      double cpuSeconds = cpu(cluster).minus(cpuBefore).toMillis() / 1e3;
      double limit = fluidLimit(model.bytes());
      double originTimes = relay.objectBytes() / (double) model.bytes();
      print("last node     %7.2f s", seconds);
      print("fluid limit   %7.2f s", limit);
      print("ratio         %7.2f", seconds / limit);
      print("origin bytes  %7.3f x the model", originTimes);
      print("without peers %7.2f s  (N*S/u)", nodes * model.bytes() * 8 / (originMbit * 1e6));
      print(
          "daemon CPU    %7.1f s of %.1f s on %d processors",
          cpuSeconds,
          seconds * Runtime.getRuntime().availableProcessors(),
          Runtime.getRuntime().availableProcessors());
      return originTimes >= 1;
    }
  }

  /// @return seconds until the last node had its path
  private double measure(Cluster cluster, Closer closer, SampleModel model)
      throws InterruptedException {
    List<LarderClient> clients = new ArrayList<>();
    for (DaemonProcess node : cluster.nodes()) {
      clients.add(closer.register(node.connect()));
    }
    AtomicLongArray done = new AtomicLongArray(nodes);
    List<Ensure> ensures = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < nodes; i++) {
      int index = i;
      Ensure ensure = clients.get(i).ensure(SOURCE);
      var unused =
          ensure
              .toCompletableFuture()
              .whenComplete((artifact, failure) -> done.set(index, System.nanoTime() - start));
      ensures.add(ensure);
    }
    for (int i = 0; i < nodes; i++) {
      Artifact artifact = ensures.get(i).await(PATIENCE);
      print(
          "%-4s %7.2f s   origin %6.1f MB   peers %6.1f MB",
          cluster.node(i).id(),
          done.get(i) / 1e9,
          artifact.fetched().originBytes() / 1e6,
          artifact.fetched().peerBytes() / 1e6);
      if (!model.sameAs(artifact.path())) {
        throw new IllegalStateException(cluster.node(i) + " has other files than the origin");
      }
    }
    double last = 0;
    for (int i = 0; i < nodes; i++) {
      last = Math.max(last, done.get(i) / 1e9);
    }
    return last;
  }

  private double fluidLimit(long bytes) {
    double size = bytes * 8;
    double origin = originMbit * 1e6;
    double node = nodeMbit * 1e6;
    return Math.max(Math.max(size / origin, size / node), nodes * size / (origin + nodes * node));
  }

  private static Duration cpu(Cluster cluster) {
    return cluster.nodes().stream()
        .map(node -> node.process().cpu())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
