package io.larder.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.concurrent.Deadline;
import io.larder.content.Revision;
import io.larder.content.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingsTest {
  private final ScriptedOrigin origin = new ScriptedOrigin("test");

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private Revision resolve(int number) {
    String name = "model" + number;
    Source source = origin.put(name, "a", new byte[] {(byte) number}).source(name);
    return origin.resolve(source, soon());
  }

  @Test
  void resolvingAndListingListsOnce() throws Exception {
    Revision revision = resolve(1);
    origin.manifest(revision, soon());
    origin.manifest(revision, soon());
    assertThat(origin.listed()).isEqualTo(1);
  }

  @Test
  void onlyTheLastFewAreKept() throws Exception {
    List<Revision> revisions = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      revisions.add(resolve(i));
    }
    origin.manifest(revisions.getLast(), soon());
    origin.manifest(revisions.get(1), soon());
    assertThat(origin.listed()).isEqualTo(17);
    origin.manifest(revisions.getFirst(), soon());
    assertThat(origin.listed()).isEqualTo(18);
  }

  @Test
  void theIdDependsOnContentOnly() {
    origin.put("one", "a", new byte[] {1}).put("two", "a", new byte[] {1});
    Revision one = origin.resolve(origin.source("one"), soon());
    Revision two = origin.resolve(origin.source("two"), soon());
    assertThat(one.id()).isEqualTo(two.id()).matches("[0-9a-f]{32}");
    origin.put("two", "b", new byte[0]);
    assertThat(origin.resolve(origin.source("two"), soon()).id()).isNotEqualTo(one.id());
  }
}
