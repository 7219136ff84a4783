package io.larder.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.store.Records.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every [Records] does.
public abstract class RecordsContract {
  /// Empty records.
  protected abstract Records records();

  @Test
  void valuesComeAndGo() {
    Records records = records();
    assertThat(records.get("pin/a")).isEmpty();
    records.put("pin/a", new byte[] {1});
    records.put("pin/a", new byte[] {2, 3});
    assertThat(records.get("pin/a")).contains(new byte[] {2, 3});
    records.put("pin/empty", new byte[0]);
    assertThat(records.get("pin/empty")).contains(new byte[0]);
    records.delete("pin/a");
    records.delete("pin/a");
    assertThat(records.get("pin/a")).isEmpty();
  }

  @Test
  void scansByPrefixInOrder() {
    Records records = records();
    for (String key : List.of("pin/b", "pin/a", "pin", "pin0", "pinn/c", "other", "pin/ä")) {
      records.put(key, key.getBytes(UTF_8));
    }
    assertThat(records.scan("pin/").keySet()).containsExactly("pin/a", "pin/b", "pin/ä");
    assertThat(records.scan("pin/").get("pin/b")).isEqualTo("pin/b".getBytes(UTF_8));
    assertThat(records.scan("nothing/")).isEmpty();
    assertThat(records.scan("")).hasSize(7);
  }

  @Test
  void changesAreMadeTogetherAndInOrder() {
    Records records = records();
    records.put("a", new byte[] {1});
    records.apply(
        List.of(
            new Change.Delete("a"),
            new Change.Put("b", new byte[] {2}),
            new Change.Put("b", new byte[] {3}),
            new Change.Put("c", new byte[] {4}),
            new Change.Delete("c")));
    assertThat(records.scan("").keySet()).containsExactly("b");
    assertThat(records.get("b")).contains(new byte[] {3});
  }

  @Test
  void whatWasGivenOutIsACopy() {
    Records records = records();
    records.put("a", new byte[] {1});
    records.get("a").orElseThrow()[0] = 9;
    assertThat(records.get("a")).contains(new byte[] {1});
  }
}
