package io.larder.chaos.bench;

import io.larder.chaos.cluster.ChildProcess;
import io.larder.chaos.cluster.Logs;
import io.larder.concurrent.Ticker;
import io.larder.content.NodeId;
import io.larder.lease.Leases;
import io.larder.lease.raft.RaftLeases;
import io.larder.lease.raft.RaftMember;
import io.larder.lease.raft.RaftOptions;
import io.larder.lease.raft.RaftTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// One voter of the lease benchmark, as a process: nothing of a daemon but its Raft server.
final class LeaseVoter {
  static final String READY = "all vote";

  private LeaseVoter() {}

  /// Starts the voter with this index, beside those at the other ports.
  static ChildProcess start(int index, Path folder, boolean secure, List<Integer> ports) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ChildProcess.java(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djdk.serialFilter=" + RaftLeases.SERIAL_FILTER,
                "-cp",
                System.getProperty("java.class.path"),
                LeaseVoter.class.getName(),
                Integer.toString(index),
                folder.toString(),
                Boolean.toString(secure)));
    ports.forEach(port -> command.add(port.toString()));
    return ChildProcess.start("voter " + index, command, Map.of(), log(folder, index));
  }

  static Path log(Path folder, int index) {
    return folder.resolve(name(index) + ".log");
  }

  static String name(int index) {
    return "n" + index;
  }

  static List<RaftMember> members(List<Integer> ports) {
    List<RaftMember> members = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      members.add(
          new RaftMember(
              new NodeId(name(i)), "127.0.0.1:" + ports.get(i), Duration.ZERO, Instant.EPOCH));
    }
    return members;
  }

  /// @param port 0 for a free one
  static RaftOptions options(String name, Path folder, boolean secure, int port) {
    String address = "127.0.0.1:" + port;
    Optional<RaftTls> tls =
        secure
            ? Optional.of(
                new RaftTls(
                    folder.resolve(name + ".crt"),
                    folder.resolve(name + ".key"),
                    folder.resolve("ca.crt")))
            : Optional.empty();
    return RaftOptions.of(
            new NodeId(name),
            folder.resolve(name),
            address,
            address,
            name.equals(name(0)),
            3,
            "bench",
            tls)
        .withGrowth(Duration.ofMillis(500), Duration.ofMinutes(10));
  }

  public static void main(String[] arguments) throws InterruptedException {
    Logs.quiet();
    int index = Integer.parseInt(arguments[0]);
    Path folder = Path.of(arguments[1]);
    List<Integer> ports =
        List.of(arguments).subList(3, arguments.length).stream().map(Integer::valueOf).toList();
    List<RaftMember> members = members(ports);
    RaftOptions options =
        options(name(index), folder, Boolean.parseBoolean(arguments[2]), ports.get(index));
    try (RaftLeases leases = RaftLeases.start(options, () -> members, () -> members)) {
      CountDownLatch all = new CountDownLatch(1);
      try (Ticker _ =
          Ticker.start(
              "voters",
              Duration.ofMillis(100),
              () -> {
                var health = leases.health();
                if (health.role() != Leases.Role.CLIENT && health.voters().size() == ports.size()) {
                  all.countDown();
                }
              })) {
        all.await();
      }
      System.out.println(READY);
      // Until it is killed.
      new CountDownLatch(1).await();
    }
  }

  static boolean ready(Path folder, int index) {
    try {
      return Files.readString(log(folder, index)).contains(READY);
    } catch (IOException e) {
      return false;
    }
  }
}
