package io.larder.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.content.BlobId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.ChunkWriter;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import io.larder.store.TestBlobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: a tmpfs of a few MiB. Needs root; skipped without, and failed where
/// `CI=true` says that it must run.
class FullDiskTest {
  private static final int DISK = 48 << 20;
  private static final StoreOptions OPTIONS =
      StoreOptions.withCapacity(1L << 40).keepingFree(4 << 20);

  private final BlobId id = TestBlobs.sha256(new byte[] {1});

  @TempDir private Path folder;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", folder.toString()) == 0;
    if ("true".equals(System.getenv("CI"))) {
      assertThat(mounted).as("a tmpfs can be mounted, which takes root").isTrue();
    }
    assumeTrue(mounted, "only root can mount a small tmpfs");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", folder.toString())).isZero();
    }
  }

  @Test
  void moreThanTheDiskHasIsRefusedWithBothSizes() {
    try (DiskStore store = open()) {
      long wanted = 100L << 20;
      ReservationOutcome.Short refused =
          (ReservationOutcome.Short) store.reserve(Map.of(id, wanted));
      assertThat(refused.wanted()).isEqualTo(wanted);
      assertThat(refused.free()).isBetween(20L << 20, 44L << 20);
      assertThat(refused.capacity()).isEqualTo(1L << 40);
      // Reserved space that was not begun counts as well.
      TestBlobs.reserve(store, id, 20L << 20);
      assertThat(store.reserve(Map.of(TestBlobs.pinned("other"), 28L << 20)))
          .isInstanceOf(ReservationOutcome.Short.class);
    }
  }

  @Test
  void aDiskThatFilledUpMeanwhileShowsBeforeTheFirstByte() throws IOException {
    try (DiskStore store = open()) {
      Path ballast = folder.resolve("ballast");
      try (Reservation reservation = TestBlobs.reserve(store, id, 20L << 20)) {
        Files.write(ballast, new byte[30 << 20]);
        LarderException full =
            catchThrowableOfType(LarderException.class, () -> store.begin(id, reservation));
        assertThat(full.kind()).isEqualTo(ErrorKind.EXHAUSTED);
        assertThat(full).hasMessageContaining("" + (20L << 20)).hasMessageContaining("full");
        assertThat(folder.resolve("partial")).isEmptyDirectory();
        Files.delete(ballast);
        Ingestion ingestion = store.begin(id, reservation);
        assertThat(store.usage().used()).isEqualTo(20L << 20);
        ingestion.close();
      }
      assertThat(store.remove(id)).isEqualTo(20L << 20);
    }
  }

  @Test
  void aFullDiskInASmallBlobHarmsNothing() throws IOException {
    byte[] content = TestBlobs.bytes(5, 4 << 20);
    BlobId small = TestBlobs.sha256(content);
    try (DiskStore store = open()) {
      Path ballast = folder.resolve("ballast");
      try (Reservation reservation = TestBlobs.reserve(store, small, content.length);
          Ingestion ingestion = store.begin(small, reservation)) {
        long free = Files.getFileStore(folder).getUsableSpace();
        Files.write(ballast, new byte[(int) free - (2 << 20)]);
        try (ChunkWriter writer = ingestion.writer(0)) {
          LarderException full =
              catchThrowableOfType(
                  LarderException.class, () -> writer.write(ByteBuffer.wrap(content)));
          assertThat(full.kind()).isEqualTo(ErrorKind.EXHAUSTED);
        }
        assertThat(ingestion.verified().isEmpty()).isTrue();
        Files.delete(ballast);
        TestBlobs.writeMissing(ingestion, content);
        assertThat(ingestion.commit(java.util.Optional.empty()))
            .isInstanceOf(Ingestion.CommitOutcome.Committed.class);
      }
      assertThat(TestBlobs.read(store, small)).isEqualTo(content);
    }
  }

  private DiskStore open() {
    return DiskStore.open(folder, OPTIONS);
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
