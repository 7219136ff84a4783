package io.larder.chaos.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A process of its own, its output in a log file. It is killed at the latest when this JVM ends.
/// Thread-safe.
public final class ChildProcess implements AutoCloseable {
  private static final Set<ChildProcess> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::killAll, "kill-children"));
  }

  private final String name;
  private final Process process;
  private final Path log;

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /// Starts a command. It gets a session of its own, so that Ctrl-C in the terminal reaches this
  /// JVM only, which then ends its children in order.
  ///
  /// @param environment added to this JVM's own, of which variables of Larder are left out
  /// @param log appended to
  public static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder = new ProcessBuilder();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      builder.command().add("/usr/bin/setsid");
    }
    builder.command().addAll(command);
    // What configures the caller's own daemon is not for these.
    builder.environment().keySet().removeIf(key -> key.startsWith("LARDER_"));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      ChildProcess child = new ChildProcess(name, builder.start(), log);
      RUNNING.add(child);
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  /// Kills all children that still run.
  public static void killAll() {
    RUNNING.forEach(child -> child.process.destroyForcibly());
    RUNNING.forEach(ChildProcess::kill);
  }

  /// The `java` that runs this JVM.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /// Ends it with SIGKILL and waits for its end. Idempotent.
  public void kill() {
    process.destroyForcibly();
    awaitExit(10);
    RUNNING.remove(this);
  }

  /// Ends it with SIGTERM; with SIGKILL when that takes longer than ten seconds.
  public void stop() {
    process.destroy();
    if (!awaitExit(10)) {
      kill();
    }
    RUNNING.remove(this);
  }

  /// Waits for its end.
  ///
  /// @throws IllegalStateException when it fails or takes longer
  public void awaitSuccess(Duration most) {
    if (!awaitExit((int) most.toSeconds())) {
      throw new IllegalStateException(name + " does not end within " + most);
    }
    RUNNING.remove(this);
    if (process.exitValue() != 0) {
      throw new IllegalStateException(name + " failed: " + logTail(5));
    }
  }

  /// Processor time it has used so far.
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// Sends a signal: `STOP`, `CONT` and the like.
  public void signal(String signal) {
    try {
      int exit =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new IllegalStateException("cannot send SIG" + signal + " to " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The last lines of its log.
  public String logTail(int lines) {
    try {
      List<String> all =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  private boolean awaitExit(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    kill();
  }

  @Override
  public String toString() {
    return name + " (pid " + pid() + ")";
  }
}
