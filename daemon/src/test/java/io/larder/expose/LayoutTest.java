package io.larder.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.Revision;
import io.larder.content.Source;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static Path directory(String source) {
    return Layout.directory(new Revision(Source.parse(source), "r1"));
  }

  @Test
  void isReadableAndStable() {
    assertThat(directory("s3://models/minilm/")).hasToString("s3/models-minilm-3b6b3432/r1");
    assertThat(directory("https://host/a/b.bin?v=1").toString()).startsWith("https/host-a-b.bin-");
  }

  @Test
  void keepsApartWhatLooksAlike() {
    assertThat(directory("s3://a/b-c/")).isNotEqualTo(directory("s3://a-b/c/"));
    assertThat(directory("s3://a/b/")).isNotEqualTo(directory("s3://a/b"));
  }

  @Test
  void staysBelowTheSnapshotFolder() {
    for (String source :
        new String[] {"s3://../../x", "file:///../..", "x:..", "s3://" + "y".repeat(900)}) {
      Path path = directory(source);
      assertThat(path.normalize()).isEqualTo(path);
      assertThat(path.isAbsolute()).isFalse();
      assertThat(path.getNameCount()).isEqualTo(3);
      for (Path segment : path) {
        assertThat(segment.toString().length()).isLessThan(200);
        assertThat(segment.toString()).doesNotStartWith(".");
      }
    }
  }
}
