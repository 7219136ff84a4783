package io.larder.chaos.bench;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.chaos.cluster.Host;
import io.larder.chaos.cluster.Logs;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.lease.Lease;
import io.larder.lease.LeaseOutcome;
import io.larder.lease.LeaseRequest;
import io.larder.lease.Leases;
import io.larder.lease.raft.RaftLeases;
import io.larder.lease.raft.RaftMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Leases granted per second by three voters, each in a process of its own on this machine, to
/// callers in this process, which is a client like most daemons. Prints grants per second and the
/// latency of a call, for grants in batches as the fetcher asks for them, each batch then completed
/// with the digests of its chunks, and for single grants.
@Command(
    name = "leases",
    sortOptions = false,
    description = "Measures lease grants per second with three voters.")
public final class LeaseBenchmark implements Callable<Integer> {
  private static final int VOTERS = 3;
  private static final int EXTENTS = 2048;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "How long each way is measured. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--folder",
      description = "Where the voters keep their logs. Default: the temporary folder.")
  private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--tls", description = "With mutual TLS between all.")
  private boolean secure;

  public static void main(String[] arguments) {
    Logs.quiet();
    System.exit(new CommandLine(new LeaseBenchmark()).execute(arguments));
  }

  /// @param batch most extents in a grant
  /// @param callers that ask at the same time
  /// @param complete whether what was granted is completed
  private record Way(int batch, int callers, boolean complete) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(parent, "larder-leases-");
    try (Closer closer = new Closer()) {
      closer.register(() -> delete(folder));
      if (secure) {
        CertificateAuthority authority = CertificateAuthority.create(folder);
        for (String name : List.of("n0", "n1", "n2", "client")) {
          authority.issue(new NodeId(name), List.of("127.0.0.1"), folder);
        }
      }
      List<Integer> ports = Host.freePorts(VOTERS);
      for (int i = 0; i < VOTERS; i++) {
        closer.register(LeaseVoter.start(i, folder, secure, ports));
      }
      awaitVoters(folder);
      List<RaftMember> members = LeaseVoter.members(ports);
      RaftLeases leases =
          closer.register(
              RaftLeases.start(
                  LeaseVoter.options("client", folder, secure, 0), List::of, () -> members));
      System.out.printf(
          Locale.ROOT,
          "three voters, %s, %d processors, %d s each%n%n",
          secure ? "mutual TLS" : "plain text",
          Runtime.getRuntime().availableProcessors(),
          seconds);
      System.out.println("batch  callers  completed   grants/s   calls/s    p50 ms    p99 ms");
      measure(leases, new Way(64, 4, true), Duration.ofSeconds(3));
      for (Way way :
          List.of(
              new Way(64, 1, true),
              new Way(64, 8, true),
              new Way(1, 1, false),
              new Way(1, 64, false),
              new Way(1, 64, true))) {
        Measured measured = measure(leases, way, Duration.ofSeconds(seconds));
        System.out.printf(
            Locale.ROOT,
            "%5d %8d %10s %10.0f %9.0f %9.2f %9.2f%n",
            way.batch,
            way.callers,
            way.complete ? "yes" : "no",
            measured.grants / measured.seconds,
            measured.nanos.size() / measured.seconds,
            measured.percentile(0.50),
            measured.percentile(0.99));
      }
    }
    return 0;
  }

  /// @param nanos of each acquiring call, ascending
  private record Measured(long grants, double seconds, List<Long> nanos) {
    double percentile(double share) {
      return nanos.isEmpty() ? Double.NaN : nanos.get((int) (share * (nanos.size() - 1))) / 1e6;
    }
  }

  private static Measured measure(Leases leases, Way way, Duration time)
      throws InterruptedException {
    ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    AtomicLong grants = new AtomicLong();
    long start = System.nanoTime();
    long end = start + time.toNanos();
    try (Scope scope = Scope.open("lease-callers")) {
      for (int i = 0; i < way.callers; i++) {
        scope.fork(
            () -> {
              work(leases, way, end, nanos, grants);
              return null;
            });
      }
      scope.join(Deadline.after(time.plus(PATIENCE)));
    }
    return new Measured(
        grants.get(), (System.nanoTime() - start) / 1e9, nanos.stream().sorted().toList());
  }

  private static void work(
      Leases leases, Way way, long end, ConcurrentLinkedQueue<Long> nanos, AtomicLong grants)
      throws InterruptedException {
    LeaseRequest request = newBlob(way);
    while (System.nanoTime() - end < 0) {
      long before = System.nanoTime();
      LeaseOutcome outcome = leases.acquire(request);
      nanos.add(System.nanoTime() - before);
      switch (outcome) {
        case LeaseOutcome.Granted(List<Lease> granted) -> {
          grants.addAndGet(granted.size());
          if (way.complete) {
            complete(leases, granted);
          }
        }
        case LeaseOutcome.HeldByOthers _ -> request = newBlob(way);
        case LeaseOutcome.Unavailable(String reason) ->
            throw new IllegalStateException("no leases: " + reason);
      }
    }
  }

  private static void complete(Leases leases, List<Lease> granted) throws InterruptedException {
    Digest digest = Digest.ofContent(new byte[] {1});
    Map<Lease, List<Digest>> fetched = new HashMap<>();
    granted.forEach(lease -> fetched.put(lease, List.of(digest)));
    int accepted = leases.complete(fetched).size();
    if (accepted != granted.size()) {
      throw new IllegalStateException(
          accepted + " of " + granted.size() + " completions were accepted");
    }
  }

  private static LeaseRequest newBlob(Way way) {
    byte[] name = new byte[Digest.LENGTH];
    new SecureRandom().nextBytes(name);
    LeaseRequest.Want want =
        new LeaseRequest.Want(
            new BlobId.Pinned(Digest.of(name)),
            new ChunkPlan((long) EXTENTS * ChunkPlan.CHUNK_SIZE),
            1,
            IndexSet.range(0, EXTENTS));
    return new LeaseRequest(List.of(want), way.batch, Long.MAX_VALUE);
  }

  private static void awaitVoters(Path folder) throws InterruptedException {
    Deadline deadline = Deadline.after(PATIENCE);
    for (int i = 0; i < VOTERS; i++) {
      while (!LeaseVoter.ready(folder, i)) {
        deadline.check("the group of three voters");
        Thread.sleep(50);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
