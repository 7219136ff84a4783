package io.larder.api.grpc;

import io.larder.api.NodeStatus;
import io.larder.artifact.InMemoryArtifacts;
import io.larder.client.LarderClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A real server on a real socket over artifacts in memory. Sockets need short paths, so it makes
/// its own directory. Whoever opened it closes it.
public final class LocalServerFixture implements AutoCloseable {
  public static final NodeStatus STATUS =
      new NodeStatus(
          "node-a",
          "1.2.3",
          NodeStatus.Role.LEADER,
          Path.of("/var/lib/larder"),
          "10.0.0.1:7070",
          Duration.ofSeconds(3_725),
          new NodeStatus.Storage(1_000_000, 250_000, 1_000, 2, 7),
          new NodeStatus.Cluster(
              true,
              "node-a",
              List.of("node-a", "node-b"),
              List.of(
                  new NodeStatus.Member(
                      "node-a", "10.0.0.1:7071", "z1", Duration.ofMinutes(62), true),
                  new NodeStatus.Member(
                      "node-b", "10.0.0.2:7071", "z2", Duration.ofMinutes(2), true))),
          new NodeStatus.Traffic(11, 22, 33));

  private final Path directory;
  private final InMemoryArtifacts artifacts;
  private LocalServer server;

  private LocalServerFixture(Path directory) {
    this.directory = directory;
    this.artifacts = new InMemoryArtifacts(directory.resolve("snapshots"));
    start();
  }

  public static LocalServerFixture open() {
    try {
      return new LocalServerFixture(Files.createTempDirectory("larder"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public InMemoryArtifacts artifacts() {
    return artifacts;
  }

  public Path directory() {
    return directory;
  }

  public Path socket() {
    return directory.resolve("s.sock");
  }

  public LarderClient client() {
    return LarderClient.connect(socket());
  }

  public void start() {
    server = LocalServer.start(LocalServer.Settings.at(socket()), artifacts, () -> STATUS);
  }

  public void stop() {
    server.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
