package io.larder.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTest {
  @Test
  void keepsTheUriAndLowersTheScheme() {
    assertThat(Source.parse("S3://Bucket/Prefix/").uri()).isEqualTo("s3://Bucket/Prefix/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bucket/prefix", "/data/model", "://x", "1s3://x", "s 3://x"})
  void saysWhatASourceIs(String text) {
    assertThatThrownBy(() -> Source.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a source is a URI such as");
  }

  @Test
  void refusesCredentialsWithoutRepeatingThem() {
    assertThatThrownBy(() -> Source.parse("https://me:hunter2@host/file"))
        .hasMessageContaining("credentials are configuration")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void refusesControlCharacters() {
    assertThatThrownBy(() -> Source.parse("s3://b/a\u0000b"))
        .hasMessageContaining("control characters");
    assertThatThrownBy(() -> Source.parse("s3://b/a b")).hasMessageContaining("%20");
  }
}
