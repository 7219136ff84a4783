package io.larder.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  /// Runs in a process of its own.
  static final class Waiting {
    public static void main(String[] arguments) {
      try (Shutdown shutdown =
          Shutdown.interrupting(
              Thread.currentThread(), Duration.ofMillis(Long.parseLong(arguments[0])))) {
        System.out.println("waiting");
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        System.out.println("left in order");
        while (arguments.length > 1) {
          LockSupport.park();
        }
      }
      System.out.flush();
    }
  }

  @Test
  void a_signal_interrupts_and_waits_for_the_end() throws Exception {
    Process process = start("60000");
    try (BufferedReader out = out(process)) {
      assertThat(out.readLine()).isEqualTo("waiting");
      assertThat(process.toHandle().destroy()).isTrue(); // Process.destroy would close the pipe
      assertThat(out.readLine()).isEqualTo("left in order");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("128 + SIGTERM").isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void a_thread_that_does_not_end_is_given_up() throws Exception {
    Process process = start("200", "hang");
    try (BufferedReader out = out(process)) {
      assertThat(out.readLine()).isEqualTo("waiting");
      assertThat(process.toHandle().destroy()).isTrue();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static BufferedReader out(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static Process start(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Waiting.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
