package io.larder.chaos.bench;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.chaos.cluster.Logs;
import io.larder.concurrent.Closer;
import io.larder.content.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One file from one process to another over loopback: with `sendfile`, with `sendfile` and
/// hashing, and through Larder's peer exchange in plain text and under mutual TLS. Prints bytes per
/// second and CPU seconds per GB of each side. All ways are measured in turn, several times, and
/// the median of each is shown, so that whatever else the machine does hits all alike.
@Command(
    name = "stream",
    sortOptions = false,
    description = "Measures the transfer between two peers next to a plain copy of the same file.")
public final class StreamBenchmark implements Callable<Integer> {
  /// Folder in that of the benchmark.
  static final String CERTIFICATES = "certificates";

  private static final double GB = 1e9;

  @Option(
      names = "--mib",
      defaultValue = "2048",
      description = "Size of the file in MiB. Default: ${DEFAULT-VALUE}.")
  private int mib;

  @Option(
      names = "--folder",
      description =
          "Where the file and its copies go; needs twice its size. Default: /dev/shm when there"
              + " is one, else the temporary folder.")
  private Path parent =
      Files.isWritable(Path.of("/dev/shm"))
          ? Path.of("/dev/shm")
          : Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "How often each way is measured. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  public static void main(String[] arguments) {
    Logs.quiet();
    System.exit(new CommandLine(new StreamBenchmark()).execute(arguments));
  }

  /// A way to move the file.
  enum Way {
    COPY("sendfile", 1),
    COPY_AND_HASH("sendfile, hashed", 1),
    PLAIN_1("larder", 1),
    PLAIN_4("larder", 4),
    TLS_1("larder, mutual TLS", 1),
    TLS_4("larder, mutual TLS", 4);

    final String label;
    final int streams;

    Way(String label, int streams) {
      this.label = label;
      this.streams = streams;
    }
  }

  /// One measurement.
  ///
  /// @param sender CPU seconds of the process
  /// @param receiver likewise
  record Measured(long bytes, double seconds, double sender, double receiver) {
    double bytesPerSecond() {
      return bytes / seconds;
    }

    double senderPerGb() {
      return sender / bytes * GB;
    }

    double receiverPerGb() {
      return receiver / bytes * GB;
    }

    double cpuPerGb() {
      return senderPerGb() + receiverPerGb();
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(parent, "larder-stream-");
    // Also when this process is told to end: what lies in /dev/shm takes memory.
    Thread cleanUp = new Thread(() -> delete(folder), "clean-up");
    Runtime.getRuntime().addShutdownHook(cleanUp);
    try (Closer closer = new Closer()) {
      Path file = folder.resolve("file");
      StreamPeer.fill(file, (long) mib << 20);
      Path certificates = folder.resolve(CERTIFICATES);
      CertificateAuthority authority = CertificateAuthority.create(certificates);
      for (String name : List.of("sender", "receiver")) {
        authority.issue(new NodeId(name), List.of("127.0.0.1"), certificates);
      }
      StreamPeer sender = closer.register(StreamPeer.start("sender", folder));
      StreamPeer receiver = closer.register(StreamPeer.start("receiver", folder));
      for (Way way : Way.values()) {
        measure(way, sender, receiver);
      }
      Map<Way, List<Measured>> all = new EnumMap<>(Way.class);
      for (int round = 0; round < rounds; round++) {
        for (Way way : Way.values()) {
          all.computeIfAbsent(way, w -> new ArrayList<>()).add(measure(way, sender, receiver));
        }
      }
      print(all);
    }
    return 0;
  }

  private static Measured measure(Way way, StreamPeer sender, StreamPeer receiver)
      throws IOException {
    String ports = sender.ask("serve " + way);
    double sent = Double.parseDouble(sender.ask("cpu"));
    double received = Double.parseDouble(receiver.ask("cpu"));
    String[] answer = receiver.ask("fetch " + way + " " + ports).split(" ");
    return new Measured(
        Long.parseLong(answer[0]),
        Double.parseDouble(answer[1]),
        Double.parseDouble(sender.ask("cpu")) - sent,
        Double.parseDouble(receiver.ask("cpu")) - received);
  }

  private void print(Map<Way, List<Measured>> all) {
    System.out.printf(
        Locale.ROOT,
        "%d MiB on %s, %d processors, median of %d rounds%n%n",
        mib,
        parent,
        Runtime.getRuntime().availableProcessors(),
        rounds);
    System.out.println("way                   streams    GB/s   CPU s/GB: sender  receiver   both");
    for (Way way : Way.values()) {
      Measured m = median(all, way);
      System.out.printf(
          Locale.ROOT,
          "%-22s%6d %9.2f %17.2f %9.2f %6.2f%n",
          way.label,
          way.streams,
          m.bytesPerSecond() / GB,
          m.senderPerGb(),
          m.receiverPerGb(),
          m.cpuPerGb());
    }
    double copy = median(all, Way.COPY).bytesPerSecond();
    double hashed = median(all, Way.COPY_AND_HASH).cpuPerGb();
    double plain = median(all, Way.PLAIN_1).cpuPerGb() / hashed;
    double secure = median(all, Way.TLS_1).bytesPerSecond();
    System.out.printf(
        Locale.ROOT,
        "%nCPU without TLS, one stream, to that of the hashed copy: %.2f (goal: at most 1.60)%n",
        plain);
    System.out.printf(
        Locale.ROOT,
        "Rate under mutual TLS, one stream, to that of the copy:  %.2f (goal: at least 0.37)%n",
        secure / copy);
  }

  /// By CPU time: the rate of a busy machine says little.
  private static Measured median(Map<Way, List<Measured>> all, Way way) {
    List<Measured> sorted = new ArrayList<>(all.getOrDefault(way, List.of()));
    sorted.sort(Comparator.comparingDouble(Measured::cpuPerGb));
    Measured middle = sorted.get(sorted.size() / 2);
    List<Double> seconds = sorted.stream().map(Measured::seconds).sorted().toList();
    return new Measured(
        middle.bytes, seconds.get(seconds.size() / 2), middle.sender, middle.receiver);
  }

  private static void delete(Path folder) {
    Shell.run(List.of("rm", "-rf", folder.toString()));
  }
}
