package io.larder.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.DaemonProcess;
import io.larder.client.Ensure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A node whose disk gives back other bytes than were written.
class CorruptPeerIT extends ChaosTest {
  @Test
  void aPeerThatServesWrongBytesIsFoundAndLeftOut() throws Exception {
    startCluster(3, UnaryOperator.identity());
    DaemonProcess liar = cluster.node(0);
    assertDelivered(ask(liar));
    long sent = relay.objectBytes();
    int damaged = flipABytePerMegabyte(largestBlob(liar.data()));
    assertThat(damaged).isGreaterThan(10);

    List<Ensure> others = List.of(ask(cluster.node(1)), ask(cluster.node(2)));
    for (Ensure ensure : others) {
      assertDelivered(ensure);
    }
    assertThat(relay.objectBytes()).as("the damaged part came from the origin").isGreaterThan(sent);
    assertThat(cluster.nodes().subList(1, 3))
        .as("nodes that saw wrong bytes of a peer")
        .anyMatch(node -> node.metric("larder_corrupt_chunks_total", "").orElse(0.0) > 0);
  }

  private static Path largestBlob(Path data) throws IOException {
    try (var files = Files.walk(data.resolve("blobs"))) {
      return files
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  /// Through another name for the same bytes, as a failing disk would: the daemon cannot notice.
  private static int flipABytePerMegabyte(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    int flipped = 0;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long at = 12_345; at < channel.size(); at += 1 << 20) {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, at);
        one.put(0, (byte) ~one.get(0)).rewind();
        channel.write(one, at);
        flipped++;
      }
    }
    return flipped;
  }
}
