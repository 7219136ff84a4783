package io.larder.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.artifact.Artifact;
import io.larder.boot.config.Configuration;
import io.larder.concurrent.Deadline;
import io.larder.content.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node on a real disk, and a source of 50,000 small files.
class ManySmallFilesTest {
  private static final int FILES = 50_000;

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void areAllThere() throws Exception {
    Path origin = folder.resolve("origin");
    for (int i = 0; i < FILES; i++) {
      Path file = file(origin, i);
      if (i < 250) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, content(i));
    }
    Configuration configuration =
        Configuration.load(List.of("--config=/dev/null", "--store-capacity=1GiB"), Map.of())
            .orThrow();
    try (StandaloneNode node =
        new StandaloneNode(configuration, folder.resolve("data"), Map.of())) {
      Artifact artifact =
          node.artifacts()
              .ensure(
                  Source.parse("file://" + origin),
                  Optional.empty(),
                  progress -> {},
                  Deadline.after(Duration.ofMinutes(9)));
      assertThat(artifact.files()).isEqualTo(FILES);
      try (Stream<Path> exposed = Files.walk(artifact.path())) {
        assertThat(exposed.filter(Files::isRegularFile).count()).isEqualTo(FILES);
      }
      for (int i = 0; i < FILES; i += 997) {
        assertThat(Files.readString(file(artifact.path(), i))).isEqualTo(content(i));
      }
    }
  }

  private static Path file(Path root, int i) {
    return root.resolve("d" + i % 250).resolve("f" + i + ".txt");
  }

  private static String content(int i) {
    return "file " + i;
  }
}
