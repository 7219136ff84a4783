package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.client.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final String SOURCE = "s3://models/organisation/sentence-embedding-model/";
  private static final long MIB = 1 << 20;

  private static Progress fetching(long done, long total) {
    return new Progress(
        Progress.Phase.FETCHING,
        "rev",
        total,
        done,
        done,
        0,
        0,
        12 * MIB,
        Optional.of(Duration.ofSeconds(75)),
        3,
        true);
  }

  private static Progress resolving() {
    return new Progress(Progress.Phase.RESOLVING, "", 0, 0, 0, 0, 0, 0, Optional.empty(), 0, true);
  }

  @Test
  void a_bar_shows_name_share_sizes_rate_and_time_left() {
    assertThat(ProgressLine.bar("s3://m/a/", fetching(50 * MIB, 100 * MIB), 100, false))
        .isEqualTo(
            "s3://m/a/ [==========>         ]  50%  50.0 MiB of 100 MiB  12.0 MiB/s  1 m 15 s left");
  }

  @Test
  void no_line_is_wider_than_the_terminal() {
    for (int width = 1; width < 200; width++) {
      for (long done : new long[] {0, 1, 50 * MIB, 100 * MIB, 101 * MIB}) {
        assertThat(ProgressLine.bar(SOURCE, fetching(done, 100 * MIB), width, false).length())
            .as("width %s", width)
            .isLessThan(Math.max(2, width));
      }
      assertThat(ProgressLine.bar(SOURCE, resolving(), width, false).length())
          .isLessThan(Math.max(2, width));
    }
  }

  @Test
  void a_long_name_keeps_its_end() {
    assertThat(ProgressLine.bar(SOURCE, fetching(MIB, 100 * MIB), 110, false))
        .startsWith("...")
        .contains("embedding-model/ [");
  }

  @Test
  void the_ends_are_exact() {
    assertThat(ProgressLine.bar("a:b", fetching(0, 100), 100, false)).contains("[> ", "  0%");
    assertThat(ProgressLine.bar("a:b", fetching(100, 100), 100, false)).contains("=]", "100%");
    assertThat(ProgressLine.bar("a:b", fetching(99_999, 100_000), 100, false)).contains(" 99%");
  }

  @Test
  void colour_only_when_wanted() {
    assertThat(ProgressLine.bar("a:b", fetching(1, 2), 100, true)).contains("\u001b[36m=");
    assertThat(ProgressLine.bar("a:b", fetching(1, 2), 100, false)).doesNotContain("\u001b");
  }

  @Test
  void without_sizes_it_names_the_phase() {
    assertThat(ProgressLine.bar("s3://m/a/", resolving(), 80, false))
        .isEqualTo("s3://m/a/ resolving ...");
    assertThat(ProgressLine.plain(resolving())).isEqualTo("resolving");
  }

  @Test
  void lines_come_now_and_then() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    long second = 1_000_000_000L;
    try (var lines =
        new ProgressView.Lines(
            new PrintStream(err, true, StandardCharsets.UTF_8), "s3://m/a/", 0)) {
      for (int tick = 1; tick <= 100; tick++) {
        lines.show(fetching(tick * MIB, 100 * MIB), tick * second / 5);
      }
    }
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .hasSize(4)
        .first()
        .isEqualTo("s3://m/a/: fetching, 5%  5.00 MiB of 100 MiB  12.0 MiB/s  1 m 15 s left");
  }
}
