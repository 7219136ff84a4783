package io.larder.store.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobHandle;
import io.larder.store.BlobInfo;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.TestBlobs;
import io.larder.store.disk.CommitSteps.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Processes that die in the middle, by themselves and by `kill -9`: what was committed is there,
/// what is there is whole, and what was verified is not fetched again.
class CrashTest {
  private static final BlobId DECLARED = TestBlobs.sha256(CrashingStore.CONTENT);
  private static final BlobId PINNED = TestBlobs.pinned("model");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Step.class)
  void killedAtEveryStepOfACommit(Step step) throws Exception {
    dieAt(DECLARED, step, "wait");
    checkAfterCommit(DECLARED, step);
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void haltedAtEveryStepOfACommitUnderAPinnedName(Step step) throws Exception {
    dieAt(PINNED, step, "halt");
    checkAfterCommit(PINNED, step);
  }

  /// The content is there already under its digest; the commit of the pinned name must find it.
  @Test
  void killedWhenEqualContentIsThereAlready() throws Exception {
    try (DiskStore store = DiskStore.open(folder, CrashingStore.UNSYNCED)) {
      TestBlobs.put(store, DECLARED, CrashingStore.CONTENT);
    }
    dieAt(PINNED, Step.DECIDED, "wait");
    checkAfterCommit(PINNED, Step.DECIDED);
  }

  private void dieAt(BlobId id, Step step, String end) throws Exception {
    Process process = fork("commit", id.text(), step.name(), end);
    try (BufferedReader facts = process.inputReader(UTF_8)) {
      assertThat(facts.readLine()).isEqualTo("reached " + step);
      if (end.equals("wait")) {
        LarderException refused =
            catchThrowableOfType(
                LarderException.class, () -> DiskStore.open(folder, CrashingStore.UNSYNCED));
        assertThat(refused.kind()).isEqualTo(ErrorKind.CONFLICT);
        assertThat(refused).hasMessageContaining("process " + process.pid());
        process.destroyForcibly();
      }
      process.waitFor();
    }
  }

  private void checkAfterCommit(BlobId id, Step step) throws IOException {
    byte[] content = CrashingStore.CONTENT;
    try (DiskStore store =
        DiskStore.open(folder, StoreOptions.withCapacity(CrashingStore.CAPACITY))) {
      assertThat(TestBlobs.read(store, TestBlobs.pinned("earlier")))
          .isEqualTo(CrashingStore.EARLIER);
      assertThat(store.find(id).isPresent()).isEqualTo(step.compareTo(Step.DECIDED) >= 0);
      checkNothingIsTorn(store);
      if (store.find(id).isEmpty()) {
        try (Reservation reservation = TestBlobs.reserve(store, id, content.length);
            Ingestion ingestion = store.begin(id, reservation)) {
          assertThat(ingestion.verified()).isEqualTo(IndexSet.range(0, 3));
          assertThat(ingestion.commit(Optional.empty()))
              .isInstanceOf(Ingestion.CommitOutcome.Committed.class);
        }
      }
      assertThat(TestBlobs.read(store, id)).isEqualTo(content);
      assertThat(TestBlobs.read(store, DECLARED)).isEqualTo(content);
      try (BlobHandle handle = store.open(id).orElseThrow()) {
        assertThat(Digest.ofContent(TestBlobs.read(handle, handle.plan().chunk(1))))
            .isEqualTo(handle.chunkDigest(1));
      }
      assertThat(store.usage().used()).isEqualTo(content.length + CrashingStore.EARLIER.length);
      assertThat(store.usage().blobs()).isEqualTo(2);
      assertThat(filesIn(folder.resolve("partial"))).isEmpty();
      assertThat(filesIn(folder.resolve("blobs"))).hasSize(2);
    }
  }

  @Test
  void verifiedChunksOutliveTheProcessAndAreHashedAgain() throws Exception {
    killAfterTwoChunks();
    try (DiskStore store = DiskStore.open(folder, CrashingStore.UNSYNCED)) {
      assertThat(verified(store)).isEqualTo(IndexSet.of(0, 1));
    }
    // After a clean close they are synced, and trusted without a look.
    try (DiskStore store = DiskStore.open(folder, CrashingStore.UNSYNCED)) {
      assertThat(verified(store)).isEqualTo(IndexSet.of(0, 1));
      try (Reservation reservation =
              TestBlobs.reserve(store, DECLARED, CrashingStore.CONTENT.length);
          Ingestion ingestion = store.begin(DECLARED, reservation)) {
        TestBlobs.writeMissing(ingestion, CrashingStore.CONTENT);
        ingestion.commit(Optional.empty());
      }
      assertThat(TestBlobs.read(store, DECLARED)).isEqualTo(CrashingStore.CONTENT);
    }
  }

  /// What power loss does to bytes that were not synced.
  @Test
  void chunksWhoseBytesAreLostAreNotTrusted() throws Exception {
    killAfterTwoChunks();
    Path file = filesIn(folder.resolve("partial")).getFirst();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(4096), 4096);
    }
    for (int time = 0; time < 2; time++) {
      try (DiskStore store = DiskStore.open(folder, CrashingStore.UNSYNCED)) {
        assertThat(verified(store)).isEqualTo(IndexSet.of(1));
      }
    }
  }

  private void killAfterTwoChunks() throws Exception {
    Process process = fork("chunks", DECLARED.text());
    try (BufferedReader facts = process.inputReader(UTF_8)) {
      assertThat(facts.readLine()).isEqualTo("verified");
    }
    process.destroyForcibly().waitFor();
  }

  private static IndexSet verified(DiskStore store) {
    try (BlobHandle handle = store.open(DECLARED).orElseThrow()) {
      return handle.verified();
    }
  }

  /// Refusing a second store in this process must not let one in from another.
  @Test
  void oneProcessAtATime() throws Exception {
    try (DiskStore store = DiskStore.open(folder, CrashingStore.UNSYNCED)) {
      assertThat(
              catchThrowableOfType(
                      LarderException.class, () -> DiskStore.open(folder, CrashingStore.UNSYNCED))
                  .kind())
          .isEqualTo(ErrorKind.CONFLICT);
      Process process = fork("chunks", DECLARED.text());
      try (BufferedReader facts = process.inputReader(UTF_8)) {
        assertThat(facts.readLine()).isEqualTo("refused CONFLICT");
      }
      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(store.names()).isEmpty();
    }
  }

  @Test
  void killedAtAnyMomentAgainAndAgain() throws Exception {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("killedAtAnyMomentAgainAndAgain: -Dlarder.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      long contents = seed + round * 1_000_000L;
      Path data = folder.resolve("round" + round);
      Process process = forkOn(data, "fill", "" + contents);
      int lines = 5 + random.nextInt(50);
      List<String> facts = new ArrayList<>();
      try (BufferedReader output = process.inputReader(UTF_8)) {
        while (facts.size() < lines) {
          facts.add(output.readLine());
        }
        // By its handle: Process.destroyForcibly would close the pipe, and what is still in there
        // is as true. Only the last line may be cut off.
        process.toHandle().destroyForcibly();
        output.lines().filter(line -> line.endsWith(".")).forEach(facts::add);
      }
      process.waitFor();
      try (DiskStore store = DiskStore.open(data, StoreOptions.withCapacity(8L << 30))) {
        checkNothingIsTorn(store);
        for (String fact : facts) {
          check(store, contents, fact.split(" "));
        }
      }
    }
  }

  private static void check(DiskStore store, long seed, String[] fact) {
    int number = Integer.parseInt(fact[1]);
    BlobId id = CrashingStore.id(seed, number);
    switch (fact[0]) {
      case "blob" ->
          assertThat(TestBlobs.read(store, id)).isEqualTo(CrashingStore.content(seed, number));
      case "chunk" -> {
        try (BlobHandle handle = store.open(id).orElseThrow()) {
          assertThat(handle.verified().contains(Integer.parseInt(fact[2]))).isTrue();
        }
      }
      default -> throw new AssertionError(String.join(" ", fact));
    }
  }

  /// Every blob is what its name says and read-only, every verified chunk has its digest.
  private static void checkNothingIsTorn(DiskStore store) throws IOException {
    for (BlobInfo blob : store.list()) {
      assertThat(Digest.ofContent(TestBlobs.read(store, blob.id()))).isEqualTo(blob.id().digest());
    }
    for (BlobId id : store.names()) {
      try (BlobHandle handle = store.open(id).orElseThrow()) {
        for (int chunk : handle.verified().stream().toArray()) {
          assertThat(Digest.ofContent(TestBlobs.read(handle, handle.plan().chunk(chunk))))
              .isEqualTo(handle.chunkDigest(chunk));
        }
      }
    }
    for (BlobInfo blob : store.list()) {
      Path link = Files.createTempDirectory("larder-link").resolve("blob");
      try {
        store.link(blob.id(), link);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(link)))
            .isEqualTo("r--r--r--");
      } finally {
        Files.deleteIfExists(link);
        Files.delete(link.getParent());
      }
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private Process fork(String... arguments) throws IOException {
    return forkOn(folder, arguments);
  }

  private static Process forkOn(Path data, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingStore.class.getName(),
                data.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
