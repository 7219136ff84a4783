package io.larder.store.disk;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.error.LarderException;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.TestBlobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// The process that dies in [CrashTest]. Says on its output what is true at that moment, one fact a
/// line.
final class CrashingStore {
  static final long CAPACITY = 1L << 30;
  static final byte[] EARLIER = TestBlobs.bytes(1, ChunkPlan.CHUNK_SIZE + 5);
  static final byte[] CONTENT = TestBlobs.bytes(2, 2 * ChunkPlan.CHUNK_SIZE + 7);

  /// Never synced by time or size: what survives was recorded at once.
  static final StoreOptions UNSYNCED =
      StoreOptions.withCapacity(CAPACITY).syncing(Long.MAX_VALUE, Duration.ofDays(1));

  private static final int WORKERS = 4;

  private CrashingStore() {}

  /// @param args folder, then `commit` with blob, step and `halt` or `wait`; or `fill` with a seed
  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    switch (args[1]) {
      case "commit" ->
          commit(folder, BlobId.parse(args[2]), CommitSteps.Step.valueOf(args[3]), args[4]);
      case "chunks" -> chunks(folder, BlobId.parse(args[2]));
      case "fill" -> fill(folder, Long.parseLong(args[2]));
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  private static void commit(Path folder, BlobId id, CommitSteps.Step step, String end) {
    CommitSteps steps =
        (made, blob) -> {
          if (blob.equals(id) && made == step) {
            say("reached " + step);
            if (end.equals("halt")) {
              Runtime.getRuntime().halt(1);
            }
            waitForTheEnd();
          }
        };
    DiskStore store = DiskStore.open(folder, UNSYNCED, steps);
    TestBlobs.put(store, TestBlobs.pinned("earlier"), EARLIER);
    TestBlobs.put(store, id, CONTENT);
    say("committed");
    waitForTheEnd();
  }

  /// Verifies the first two chunks and waits.
  private static void chunks(Path folder, BlobId id) {
    DiskStore store;
    try {
      store = DiskStore.open(folder, UNSYNCED);
    } catch (LarderException e) {
      say("refused " + e.kind());
      throw e;
    }
    Ingestion ingestion = store.begin(id, TestBlobs.reserve(store, id, CONTENT.length));
    TestBlobs.write(ingestion, 0, CONTENT);
    TestBlobs.write(ingestion, 1, CONTENT);
    say("verified");
    waitForTheEnd();
  }

  /// Brings blob after blob, by several threads, until killed.
  private static void fill(Path folder, long seed) {
    DiskStore store =
        DiskStore.open(
            folder, StoreOptions.withCapacity(8L << 30).syncing(8L << 20, Duration.ofMillis(20)));
    AtomicInteger next = new AtomicInteger();
    for (int worker = 0; worker < WORKERS; worker++) {
      Thread.ofPlatform()
          .start(
              () -> {
                while (true) {
                  fillOne(store, seed, next.getAndIncrement());
                }
              });
    }
  }

  private static void fillOne(DiskStore store, long seed, int number) {
    byte[] content = content(seed, number);
    BlobId id = id(seed, number);
    try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
        Ingestion ingestion = store.begin(id, reservation)) {
      for (int chunk = 0; chunk < ingestion.plan().chunks(); chunk++) {
        TestBlobs.write(ingestion, chunk, content);
        say("chunk " + number + " " + chunk + " .");
      }
      ingestion.commit(Optional.empty());
      say("blob " + number + " .");
    }
  }

  /// Small ones, large ones, and an empty one now and then.
  static byte[] content(long seed, int number) {
    int size =
        switch (number % 4) {
          case 0 -> 1_000 + number;
          case 1 -> ChunkPlan.CHUNK_SIZE + number;
          case 2 -> 3 * ChunkPlan.CHUNK_SIZE + number;
          default -> number % 8 == 3 ? 0 : number;
        };
    return TestBlobs.bytes(seed + number, size);
  }

  /// Half of them pinned.
  static BlobId id(long seed, int number) {
    return number % 2 == 0
        ? TestBlobs.sha256(content(seed, number))
        : TestBlobs.pinned("blob " + number);
  }

  private static void say(String fact) {
    synchronized (System.out) {
      System.out.println(fact);
      System.out.flush();
    }
  }

  private static void waitForTheEnd() {
    while (true) {
      LockSupport.park();
    }
  }
}
