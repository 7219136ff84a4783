package io.larder.chaos.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where the daemon under test is installed: `larder.jar` beside `lib/`.
///
/// @param folder that holds them
public record Installation(Path folder) {
  /// The folder that the launcher names in `LARDER_HOME`, or the build's output when this runs
  /// inside a checkout.
  public static Installation find() {
    String home = System.getenv("LARDER_HOME");
    List<Path> candidates = new ArrayList<>();
    if (home != null) {
      candidates.add(Path.of(home));
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      candidates.add(at.resolve("daemon/target/larder"));
    }
    return candidates.stream()
        .filter(folder -> Files.isRegularFile(folder.resolve("larder.jar")))
        .findFirst()
        .map(Installation::new)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "found no larder.jar; build it first: mvn -Dmaven.test.skip -pl daemon -am package"));
  }

  /// The command that starts larder, up to its subcommand.
  ///
  /// @param heapMegabytes for content that is not mapped: requests, the index, the Raft log
  /// @param temporary for what native libraries unpack, which a killed JVM cannot take away
  public List<String> command(int heapMegabytes, Path temporary) {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+UseCompactObjectHeaders");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-Xlog:disable");
    command.add("-Xlog:all=warning:stderr");
    Path archive = folder.resolve("larder.jsa");
    if (Files.isRegularFile(archive)) {
      command.addAll(
          List.of(
              "-XX:SharedArchiveFile=" + archive,
              "-Xshare:auto",
              "-Xlog:cds*=off:stderr",
              "-Xlog:aot*=off:stderr"));
    }
    command.add("-jar");
    command.add(folder.resolve("larder.jar").toString());
    return command;
  }
}
