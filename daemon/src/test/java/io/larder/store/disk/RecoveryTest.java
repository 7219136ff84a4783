package io.larder.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobHandle;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.TestBlobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What opening does about files and records that do not fit together.
class RecoveryTest {
  private static final StoreOptions OPTIONS = StoreOptions.withCapacity(1L << 30);

  private final byte[] content = TestBlobs.bytes(11, ChunkPlan.CHUNK_SIZE + 99);
  private final BlobId id = TestBlobs.sha256(content);
  private final BlobId name = TestBlobs.pinned("model");

  @TempDir private Path folder;

  @Test
  void everythingIsThereAfterACleanClose() {
    Instant lastUsed;
    try (DiskStore store = open()) {
      TestBlobs.put(store, name, content);
      store.records().put("pin/a", new byte[] {1});
      store.touch(List.of(name));
      lastUsed = store.find(name).orElseThrow().lastUsed();
    }
    try (DiskStore store = open()) {
      assertThat(TestBlobs.read(store, name)).isEqualTo(content);
      assertThat(store.names()).containsExactlyInAnyOrder(name, id);
      assertThat(store.records().get("pin/a")).contains(new byte[] {1});
      assertThat(store.find(id).orElseThrow().lastUsed()).isAfterOrEqualTo(lastUsed.minusMillis(1));
      assertThat(store.usage().used()).isEqualTo(content.length);
    }
  }

  @Test
  void blobsAreFoundAgainWhenTheIndexIsLost() throws IOException {
    try (DiskStore store = open()) {
      TestBlobs.put(store, id, content);
    }
    deleteAll(folder.resolve("index"));
    try (DiskStore store = open()) {
      assertThat(TestBlobs.read(store, id)).isEqualTo(content);
      try (BlobHandle handle = store.open(id).orElseThrow()) {
        assertThat(handle.chunkDigest(1)).isNotNull();
      }
    }
  }

  @Test
  void filesThatAreNotWhatTheirNamesSayAreDeleted() throws IOException {
    open().close();
    String hex = id.digest().hex();
    Path file = folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
    Files.write(file, new byte[] {1, 2, 3});
    Path stranger = file.resolveSibling("README");
    Files.write(stranger, new byte[] {1});
    Path orphan = folder.resolve("partial/sha256-1234.0");
    Files.write(orphan, new byte[] {1});
    try (DiskStore store = open()) {
      assertThat(store.list()).isEmpty();
      assertThat(file).doesNotExist();
      assertThat(orphan).doesNotExist();
      assertThat(stranger).exists();
    }
  }

  @Test
  void recordsWhoseFilesAreGoneAreForgotten() throws IOException {
    try (DiskStore store = open()) {
      TestBlobs.put(store, name, content);
      store
          .begin(
              TestBlobs.pinned("partial"),
              TestBlobs.reserve(store, TestBlobs.pinned("partial"), 10))
          .close();
    }
    deleteFilesIn(folder.resolve("blobs"));
    deleteFilesIn(folder.resolve("partial"));
    try (DiskStore store = open()) {
      assertThat(store.names()).isEmpty();
      assertThat(store.usage().used()).isZero();
      TestBlobs.put(store, name, content);
    }
    try (DiskStore store = open()) {
      assertThat(TestBlobs.read(store, id)).isEqualTo(content);
    }
  }

  @Test
  void discardedChunksStayDiscarded() {
    try (DiskStore store = open();
        Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      TestBlobs.writeMissing(ingestion, content);
      ingestion.discard(io.larder.content.IndexSet.of(0));
    }
    try (DiskStore store = open();
        BlobHandle handle = store.open(id).orElseThrow()) {
      assertThat(handle.verified()).isEqualTo(io.larder.content.IndexSet.of(1));
    }
  }

  @Test
  void oneStoreAtATime() {
    try (DiskStore store = open()) {
      LarderException refused = catchThrowableOfType(LarderException.class, this::open);
      assertThat(refused.kind()).isEqualTo(ErrorKind.CONFLICT);
      assertThat(refused).hasMessageContaining(folder.toString()).hasMessageContaining("in use");
      TestBlobs.put(store, id, content);
    }
    open().close();
  }

  @Test
  void modesKeepOthersOut() throws IOException {
    try (DiskStore store = open()) {
      TestBlobs.put(store, id, content);
      String hex = id.digest().hex();
      assertThat(mode("blobs/sha256/" + hex.substring(0, 2) + "/" + hex)).isEqualTo("r--r--r--");
      assertThat(mode("blobs/sha256/" + hex.substring(0, 2))).isEqualTo("rwxr-xr-x");
      assertThat(mode("partial")).isEqualTo("rwx------");
      assertThat(mode("index")).isEqualTo("rwx------");
    }
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(path)));
  }

  private DiskStore open() {
    return DiskStore.open(folder, OPTIONS);
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void deleteFilesIn(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        Files.delete(path);
      }
    }
  }
}
