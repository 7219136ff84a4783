package io.larder.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import io.larder.store.TestBlobs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many small files, as in a tokenizer's or a package's folder. Prints the rate; `-Dlarder.blobs=`
/// sets how many.
class SmallBlobsTest {
  private static final int BLOBS = Integer.getInteger("larder.blobs", 3_000);
  private static final int PARALLEL = 64;
  private static final int SIZE = 1_000;

  @Test
  void parallelCommitsShareTheirSyncs(@TempDir Path folder) throws InterruptedException {
    Map<BlobId, Long> sizes = new LinkedHashMap<>();
    for (int i = 0; i < BLOBS; i++) {
      sizes.put(TestBlobs.sha256(content(i)), (long) SIZE);
    }
    List<BlobId> ids = List.copyOf(sizes.keySet());
    try (DiskStore store = DiskStore.open(folder, StoreOptions.withCapacity(1L << 30))) {
      long start = System.nanoTime();
      Reservation reservation = ((ReservationOutcome.Reserved) store.reserve(sizes)).reservation();
      AtomicInteger next = new AtomicInteger();
      try (reservation;
          Scope scope = Scope.open("committers")) {
        for (int worker = 0; worker < PARALLEL; worker++) {
          scope.fork(
              () -> {
                for (int i = next.getAndIncrement(); i < BLOBS; i = next.getAndIncrement()) {
                  commit(store, ids.get(i), reservation, content(i));
                }
                return true;
              });
        }
        scope.join(Deadline.after(Duration.ofMinutes(2)));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf("%d small blobs committed, %.0f per second%n", BLOBS, BLOBS / seconds);
      assertThat(store.usage().blobs()).isEqualTo(BLOBS);
    }
    long start = System.nanoTime();
    try (DiskStore store = DiskStore.open(folder, StoreOptions.withCapacity(1L << 30))) {
      System.out.printf(
          "opened again with %d blobs in %d ms%n", BLOBS, (System.nanoTime() - start) / 1_000_000);
      assertThat(store.missing(ids)).isEmpty();
      assertThat(store.usage().used()).isEqualTo((long) BLOBS * SIZE);
    }
  }

  private static byte[] content(int i) {
    return TestBlobs.bytes(i, SIZE);
  }

  private static void commit(DiskStore store, BlobId id, Reservation reservation, byte[] content) {
    try (Ingestion ingestion = store.begin(id, reservation)) {
      try (var writer = ingestion.writer(0)) {
        writer.write(ByteBuffer.wrap(content));
        writer.finish(Optional.of(id.digest()));
      }
      ingestion.commit(Optional.empty());
    }
  }
}
