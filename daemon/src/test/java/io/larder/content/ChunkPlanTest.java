package io.larder.content;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkPlanTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4 << 20, (4 << 20) + 1, 1L << 30, (1L << 30) + 5, 140_000_000_123L})
  void chunksAndExtentsCoverTheBlobOnceInOrder(long size) {
    ChunkPlan plan = new ChunkPlan(size);
    long offset = 0;
    for (int chunk = 0; chunk < plan.chunks(); chunk++) {
      assertThat(plan.chunk(chunk).offset()).isEqualTo(offset);
      assertThat(plan.chunk(chunk).length()).isBetween(1L, (long) ChunkPlan.CHUNK_SIZE);
      offset = plan.chunk(chunk).end();
    }
    assertThat(offset).isEqualTo(size);
    long extentOffset = 0;
    for (int extent = 0; extent < plan.extents(); extent++) {
      assertThat(plan.extent(extent).offset()).isEqualTo(extentOffset);
      assertThat(plan.extentOf(plan.firstChunk(extent))).isEqualTo(extent);
      assertThat(plan.extentOf(plan.endChunk(extent) - 1)).isEqualTo(extent);
      extentOffset = plan.extent(extent).end();
    }
    assertThat(extentOffset).isEqualTo(size);
  }

  @Test
  void aLargeModelIsAFewThousandExtents() {
    assertThat(new ChunkPlan(140_000_000_000L).extents()).isBetween(1000, 4000);
    assertThat(new ChunkPlan(91_000_000).extents()).isGreaterThan(16);
  }
}
