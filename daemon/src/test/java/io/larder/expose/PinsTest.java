package io.larder.expose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.LarderException;
import io.larder.store.InMemoryRecords;
import org.junit.jupiter.api.Test;

class PinsTest {
  private static final Revision REVISION = new Revision(Source.parse("s3://b/m/"), "r1");

  @Test
  void survivesARestart() {
    InMemoryRecords records = new InMemoryRecords();
    Pins before = new Pins(records);
    before.add(REVISION, "volume b");
    before.add(REVISION, "volume a");
    before.add(REVISION, "volume a");
    Pins after = new Pins(records);
    assertThat(after.owners(REVISION)).containsExactly("volume a", "volume b");
    after.remove(REVISION, "volume a");
    assertThat(after.isPinned(REVISION)).isTrue();
    after.remove(REVISION, "volume b");
    after.remove(REVISION, "volume b");
    assertThat(new Pins(records).isPinned(REVISION)).isFalse();
  }

  @Test
  void refusesOwnersThatCannotBeNamed() {
    Pins pins = new Pins(new InMemoryRecords());
    for (String owner : new String[] {"", " ", "a\nb", "x".repeat(254)}) {
      assertThatThrownBy(() -> pins.add(REVISION, owner))
          .isInstanceOf(LarderException.class)
          .hasMessageContaining("a pin's owner has 1 to 253 characters");
    }
  }
}
