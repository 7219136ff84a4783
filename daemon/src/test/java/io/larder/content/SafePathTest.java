package io.larder.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafePathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "./a",
        "a/./b",
        "a//b",
        "a/",
        "a\\b",
        "C:\\x",
        "a\u0000b",
        "a\nb",
        "\u0085",
        "\ud800x",
        "x\udc00"
      })
  void refusesWhatCouldEscapeOrCannotBeAName(String path) {
    assertThatThrownBy(() -> new SafePath(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is refused: ");
  }

  @Test
  void refusesWhatIsTooLong() {
    assertThatThrownBy(() -> new SafePath("x".repeat(256))).hasMessageContaining("255 bytes");
    assertThatThrownBy(() -> new SafePath("ü".repeat(128))).hasMessageContaining("255 bytes");
    assertThatThrownBy(() -> new SafePath("abcdefg/".repeat(500) + "x"))
        .hasMessageContaining("longer than 3072 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a/b/c.bin", "...", "..a", "a..", "ü/\ud83d\ude00", " a ", "-rf", "~"})
  void acceptsOrdinaryNamesAndStaysBelow(String path) {
    assertThat(new SafePath(path).below(Path.of("/data/x"))).startsWithRaw(Path.of("/data/x"));
  }
}
