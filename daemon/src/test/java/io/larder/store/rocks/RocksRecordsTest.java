package io.larder.store.rocks;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.Records;
import io.larder.store.RecordsContract;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksRecordsTest extends RecordsContract {
  private RocksIndex index;

  @BeforeEach
  void open(@TempDir Path folder) {
    index = RocksIndex.open(folder);
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Override
  protected Records records() {
    return index.records();
  }

  @Test
  void callsAfterCloseAreRefused() {
    Records records = records();
    index.close();
    Assertions.assertThatThrownBy(() -> records.get("a"))
        .isInstanceOfSatisfying(
            LarderException.class,
            e -> Assertions.assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
  }
}
