package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.client.Ensure;
import io.larder.client.LarderClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A disk that is smaller than the model. Needs root for a disk of its own (a tmpfs).
class FullDiskIT extends ChaosTest {
  private static final long DISK = 80L << 20;
  private Path disk;

  @AfterEach
  void unmount() throws Exception {
    closer.close();
    if (disk != null) {
      run("umount", disk.toString());
    }
  }

  @Test
  void aModelThatDoesNotFitIsRefusedAndTheNodeLives() throws Exception {
    assumeTrue(run("id", "-u").equals("0"), "needs root to mount a tmpfs");
    Path mount = Files.createDirectories(folder.resolve("n3/data"));
    run("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", mount.toString());
    disk = mount;
    startCluster(3, UnaryOperator.identity());
    DaemonProcess small = cluster.node(2);

    try (Ensure ensure = ask(small)) {
      LarderClientException refusal =
          catchThrowableOfType(LarderClientException.class, () -> ensure.await(DONE));
      assertThat(refusal.kind()).isEqualTo(LarderClientException.Kind.EXHAUSTED);
      assertThat(refusal.getMessage()).doesNotContain("\n").containsPattern("[0-9]");
    }
    assertThat(relay.objectBytes()).as("refused before the first byte").isZero();
    assertThat(small.alive()).isTrue();
    assertThat(small.ready()).isTrue();
    try (var partial = Files.walk(mount)) {
      assertThat(partial.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum())
          .as("nothing half-written is left")
          .isLessThan(DISK / 2);
    }

    assertDelivered(ask(cluster.node(0)));
    assertDelivered(ask(cluster.node(1)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), output).isZero();
    return output;
  }
}
