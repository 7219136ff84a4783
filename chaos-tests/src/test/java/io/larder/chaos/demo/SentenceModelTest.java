package io.larder.chaos.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.chaos.cluster.SampleModel;
import io.larder.chaos.demo.DemoModel.Sentences;
import io.larder.chaos.demo.DemoModel.Thoughts;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceModelTest {
  @TempDir Path folder;

  @Test
  void isAlwaysTheSameAndRuns() {
    SampleModel first = new Sentences().prepare(folder.resolve("a"));
    SampleModel second = new Sentences().prepare(folder.resolve("b"));
    assertThat(second.sha256()).isEqualTo(first.sha256()).hasSize(2);
    assertThat(first.bytes()).isBetween(90_000_000L, 92_000_000L);
    assertThat(first.sameAs(second.folder())).isTrue();

    Thoughts thoughts = new Sentences().think(first.folder()).orElseThrow();
    assertThat(thoughts.vector()).hasSize(384);
    assertThat(SentenceModel.similarity(thoughts.vector(), thoughts.vector()))
        .isBetween(0.999, 1.001);
    assertThat(thoughts.near()).isGreaterThan(0.5);
    assertThat(Math.abs(thoughts.far())).isLessThan(0.3);
    assertThat(new Sentences().think(second.folder()).orElseThrow().sameAs(thoughts)).isTrue();
  }
}
