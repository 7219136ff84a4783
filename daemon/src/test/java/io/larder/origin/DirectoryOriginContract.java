package io.larder.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.concurrent.Deadline;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What every [Origin] that has directories does.
public abstract class DirectoryOriginContract extends OriginContract {
  /// Puts files into a directory, new or in place of those with the same path.
  protected abstract Source putDirectory(String name, Map<String, byte[]> files) throws Exception;

  @Test
  void aDirectoryIsListedInOrderAndRead() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("weights/b.bin", bytes(70_000, 20));
    files.put("weights/a.bin", bytes(1, 21));
    files.put("config.json", bytes(300, 22));
    files.put("ünï code+%41 &.txt", bytes(30, 23));
    files.put("empty", new byte[0]);
    Origin origin = fresh();
    Manifest manifest = manifest(origin, putDirectory("model", files));
    assertThat(manifest.shape()).isEqualTo(Manifest.Shape.DIRECTORY);
    assertThat(manifest.files())
        .extracting(file -> file.path().value())
        .isSorted()
        .containsExactlyInAnyOrderElementsOf(files.keySet());
    for (FileEntry file : manifest.files()) {
      assertThat(read(origin, file, all(file))).isEqualTo(files.get(file.path().value()));
    }
  }

  @Test
  void aManifestSurvivesItsEncoding() throws Exception {
    Origin origin = fresh();
    byte[] content = bytes(5000, 24);
    Source source = putDirectory("encoded", Map.of("sub/with space.bin", content));
    Manifest decoded = Manifest.decode(manifest(origin, source).encode());
    FileEntry file = only(decoded);
    assertThat(read(fresh(), file, all(file))).isEqualTo(content);
  }

  @Test
  void anotherFileIsAnotherRevision() throws Exception {
    Source source = putDirectory("grows", Map.of("a", bytes(10, 25)));
    Revision before = fresh().resolve(source, soon());
    putDirectory("grows", Map.of("b", bytes(10, 26)));
    assertThat(fresh().resolve(source, soon())).isNotEqualTo(before);
    failure(ErrorKind.CONFLICT, () -> fresh().manifest(before, soon()));
  }

  @Test
  void fiftyThousandFilesAreListed() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < manyFiles(); i++) {
      files.put("d%03d/f%05d".formatted(i % 100, i), new byte[] {(byte) i});
    }
    Source source = putDirectory("many", files);
    Manifest manifest =
        fresh()
            .manifest(
                fresh().resolve(source, Deadline.after(Duration.ofSeconds(60))),
                Deadline.after(Duration.ofSeconds(60)));
    assertThat(manifest.files()).hasSize(manyFiles());
  }

  /// How many "many" are; fewer where putting them takes longer than listing them.
  protected int manyFiles() {
    return 50_000;
  }
}
