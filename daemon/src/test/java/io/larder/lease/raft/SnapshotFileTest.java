package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import io.larder.lease.Decision;
import io.larder.lease.LeaseCommand;
import io.larder.lease.LeaseReply;
import io.larder.lease.LeaseRequest;
import io.larder.lease.LeaseTable;
import io.larder.lease.TableBounds;
import io.larder.proto.lease.TableSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadAndNothingElseIsLeft() throws Exception {
    LeaseTable table = table();
    Path file = directory.resolve("snapshot.3_77");
    SnapshotFile.write(file, TableCodec.encode(table.image(), 3, 77));

    TableSnapshot read = SnapshotFile.read(file);
    assertThat(read.getAppliedTerm()).isEqualTo(3);
    assertThat(read.getAppliedIndex()).isEqualTo(77);
    assertThat(TableCodec.decode(read)).isEqualTo(table.image());
    assertThat(directory.toFile().list()).containsExactly("snapshot.3_77");
  }

  @Test
  void aTornOrFlippedFileIsRefused() throws Exception {
    Path file = directory.resolve("snapshot.1_1");
    SnapshotFile.write(file, TableCodec.encode(table().image(), 1, 1));
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length += 7) {
      Files.write(file, Arrays.copyOf(good, length));
      assertRefused(file);
    }
    for (int at = 0; at < good.length; at += 5) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      Files.write(file, bad);
      assertRefused(file);
    }
  }

  private static void assertRefused(Path file) {
    assertThatThrownBy(() -> SnapshotFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("snapshot.1_1 is damaged");
  }

  private static LeaseTable table() {
    LeaseTable table = new LeaseTable(TableBounds.DEFAULT);
    NodeId node = new NodeId("a");
    Digest digest = Digest.ofContent(new byte[] {1});
    BlobId open = new BlobId.Pinned(digest);
    LeaseRequest.Want want =
        new LeaseRequest.Want(
            open, new ChunkPlan(8L * ChunkPlan.CHUNK_SIZE), 2, IndexSet.range(0, 4));
    LeaseReply reply =
        table.apply(
            1000,
            new LeaseCommand.Acquire(node, List.of(want), 2, 1L << 40, Duration.ofSeconds(4)));
    LeaseReply.Grant first = ((LeaseReply.Granted) reply).grants().getFirst();
    table.apply(
        1001,
        new LeaseCommand.Complete(
            node,
            List.of(
                new LeaseCommand.Completion(
                    open, first.extent(), first.token(), List.of(digest, digest)))));
    table.apply(
        1002,
        new LeaseCommand.SealBlob(node, new BlobId.Sha256(digest), 5, new Seal(digest, digest)));
    table.apply(
        1003,
        new LeaseCommand.Decide(
            node,
            new Decision(Source.parse("s3://b/p/"), "r1", digest, 99),
            Duration.ofSeconds(1)));
    return table;
  }
}
