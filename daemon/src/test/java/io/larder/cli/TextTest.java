package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Units, durations, spelling and JSON.
class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "5002, 4.88 KiB",
    "1048575, 1.00 MiB",
    "95420416, 91.0 MiB",
    "150323855360, 140 GiB",
    "1072693248, 1.00 GiB",
    "9223372036854775807, 8.00 EiB"
  })
  void bytes(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "PT-1S, 0.0 s",
    "PT0.04S, 0.0 s",
    "PT3.21S, 3.2 s",
    "PT9.97S, 10 s",
    "PT59.4S, 59 s",
    "PT65S, 1 m 5 s",
    "PT2H, 2 h 0 m",
    "PT76H, 3 d 4 h"
  })
  void durations(Duration duration, String text) {
    assertThat(Units.duration(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"59, just now", "60, 1 m ago", "7200, 2 h ago", "864000, 10 d ago", "-5, just now"})
  void ago(long seconds, String text) {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(Units.ago(now.minusSeconds(seconds), now)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "30s, PT30S", "1.5h, PT1H30M", "1h30m, PT1H30M", "2d, PT48H"})
  void durations_are_read(String text, Duration duration) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-3s", "0s", "1h 30m", "soon", "1w"})
  void what_is_no_duration_is_refused(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("1h30m");
  }

  @ParameterizedTest
  @CsvSource({"get, get, 0", "gte, get, 1", "prefech, prefetch, 1", "list, ls, 2", "'', rm, 2"})
  void edits(String a, String b, int edits) {
    assertThat(Spelling.edits(a, b)).isEqualTo(edits);
    assertThat(Spelling.edits(b, a)).isEqualTo(edits);
  }

  @Test
  void only_what_is_near_is_suggested() {
    List<String> commands = List.of("get", "ls", "rm", "prefetch");
    assertThat(Spelling.near("gte", commands)).containsExactly("get");
    assertThat(Spelling.near("xy", commands)).isEmpty();
    assertThat(Spelling.near("prefetsh", commands)).containsExactly("prefetch");
  }

  @Test
  void json_is_read_back_by_a_parser() {
    String hard = "quote\" back\\slash \n\r\t\u0000\u001f\u007f é 😀 /";
    Json object =
        new Json()
            .put("text", hard)
            .put(hard, 1L)
            .put("none", null)
            .put("list", List.of(new Json().put("a", true), List.of(), 1.5))
            .put("path", Path.of("/x"))
            .put("empty", new Json());
    assertThat(object.toString()).doesNotContain("\n");
    JsonNode read = new ObjectMapper().readTree(object.toString());
    assertThat(read.get("text").asString()).isEqualTo(hard);
    assertThat(read.get(hard).asLong()).isEqualTo(1);
    assertThat(read.get("none").isNull()).isTrue();
    assertThat(read.get("list").get(0).get("a").asBoolean()).isTrue();
    assertThat(read.get("list").get(1).size()).isZero();
    assertThat(read.get("list").get(2).asDouble()).isEqualTo(1.5);
    assertThat(read.get("path").asString()).isEqualTo("/x");
    assertThat(read.get("empty").isObject()).isTrue();
    assertThat(new Json().put("lone", "\ud83d").toString()).isEqualTo("{\"lone\":\"\\ud83d\"}");
  }
}
