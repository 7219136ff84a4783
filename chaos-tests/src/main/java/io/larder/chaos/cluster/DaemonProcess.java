package io.larder.chaos.cluster;

import io.larder.client.LarderClient;
import io.larder.client.LarderClientException;
import io.larder.client.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/// One daemon as a process of its own, with its own data folder. It can be killed and started again
/// on the same data and the same ports. One thread at a time starts and ends it; the rest is
/// thread-safe.
public final class DaemonProcess implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private final Settings settings;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private volatile @Nullable ChildProcess process;

  DaemonProcess(Settings settings) {
    this.settings = settings;
  }

  /// What a daemon is started with.
  ///
  /// @param id of the node
  /// @param host where it runs
  /// @param home holds its data, socket and log
  /// @param peerPort for other daemons
  /// @param raftPort for voters and lease clients
  /// @param httpPort for people and probes
  /// @param heapMegabytes of the JVM
  /// @param flags further ones, by name without dashes; an empty value is a switch
  /// @param environment variables that it gets beside ours
  public record Settings(
      String id,
      Host host,
      Path home,
      int peerPort,
      int raftPort,
      int httpPort,
      int heapMegabytes,
      Map<String, String> flags,
      Map<String, String> environment) {
    /// Where other daemons reach it.
    public String peerAddress() {
      return host.address() + ":" + peerPort;
    }

    /// The flags of `larder daemon`.
    List<String> arguments() {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("node-id", id);
      all.put("data", home.resolve("data").toString());
      all.put("socket", home.resolve("larder.sock").toString());
      all.put("peer-listen", peerAddress());
      all.put("raft-listen", host.address() + ":" + raftPort);
      all.put("http-listen", host.address() + ":" + httpPort);
      all.putAll(flags);
      List<String> arguments = new ArrayList<>();
      all.forEach(
          (name, value) ->
              arguments.add(value.isEmpty() ? "--" + name : "--" + name + "=" + value));
      return arguments;
    }
  }

  public String id() {
    return settings.id();
  }

  public Path home() {
    return settings.home();
  }

  public Path data() {
    return settings.home().resolve("data");
  }

  public Path socket() {
    return settings.home().resolve("larder.sock");
  }

  public Path log() {
    return settings.home().resolve("daemon.log");
  }

  public Settings settings() {
    return settings;
  }

  /// Starts it, also again after it ended.
  public DaemonProcess start() {
    if (alive()) {
      throw new IllegalStateException(id() + " is running");
    }
    Path temporary = home().resolve("tmp");
    try {
      Files.createDirectories(data());
      Files.createDirectories(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>(settings.host().prefix());
    command.addAll(Installation.find().command(settings.heapMegabytes(), temporary));
    command.add("daemon");
    command.addAll(settings.arguments());
    process = ChildProcess.start(id(), command, settings.environment(), log());
    return this;
  }

  public ChildProcess process() {
    ChildProcess current = process;
    if (current == null) {
      throw new IllegalStateException(id() + " was never started");
    }
    return current;
  }

  public boolean alive() {
    ChildProcess current = process;
    return current != null && current.alive();
  }

  /// `kill -9`.
  public void kill() {
    process().kill();
  }

  /// SIGSTOP: it holds its connections and says nothing.
  public void freeze() {
    process().signal("STOP");
  }

  /// SIGCONT after [#freeze].
  public void thaw() {
    process().signal("CONT");
  }

  /// Whether `/readyz` says so.
  public boolean ready() {
    return get("/readyz").map(answer -> answer.statusCode() == 200).orElse(false);
  }

  /// Waits for [#ready]; fails at once when the process ends, with the end of its log.
  public DaemonProcess awaitReady(Duration most) {
    try {
      Awaitility.await(id() + " is ready")
          .atMost(most)
          .pollInterval(POLL)
          .until(
              () -> {
                if (!alive()) {
                  throw new IllegalStateException(
                      id() + " ended at start: " + process().logTail(1));
                }
                return ready();
              });
      return this;
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          id()
              + " is not ready after "
              + most.toSeconds()
              + " s; the end of its log: "
              + process().logTail(1),
          e);
    }
  }

  /// Connects to its socket. The caller closes.
  public LarderClient connect() {
    return LarderClient.builder().socket(socket()).patience(Duration.ofSeconds(10)).connect();
  }

  /// Empty when it does not answer.
  public Optional<NodeStatus> status() {
    try (LarderClient client = LarderClient.connect(socket())) {
      return Optional.of(client.status());
    } catch (LarderClientException e) {
      return Optional.empty();
    }
  }

  /// The value of a metric, summed over its labels that match; empty when there is none or no
  /// answer.
  ///
  /// @param label that the sample must have, as `name="value"`; empty for any
  public Optional<Double> metric(String name, String label) {
    return get("/metrics")
        .filter(answer -> answer.statusCode() == 200)
        .flatMap(
            answer ->
                answer
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .filter(line -> line.contains(label))
                    .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .reduce(Double::sum));
  }

  /// An answer of its HTTP endpoint; empty when there is none.
  public Optional<HttpResponse<String>> get(String path) {
    String address = settings.host().address() + ":" + settings.httpPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// Memory of the process that is really in use, in bytes, from `/proc`.
  public long residentBytes() {
    try (var lines = Files.lines(Path.of("/proc/" + process().pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    ChildProcess current = process;
    if (current != null) {
      current.close();
    }
    http.close();
  }

  @Override
  public String toString() {
    return id();
  }
}
