package io.larder.boot.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void thePageIsUpToDate() throws IOException {
    if (Boolean.getBoolean("larder.docs.write")) {
      Files.writeString(PAGE, Reference.markdown());
    }
    assertThat(Files.readString(PAGE))
        .as(
            "docs/configuration.md is stale: run mvn test -pl daemon -am -Dtest=ReferenceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dlarder.docs.write=true")
        .isEqualTo(Reference.markdown());
  }

  @Test
  void helpNamesEveryFlagWithItsDefaultAndFitsATerminal() {
    String help = Reference.help();

    for (Setting<?> setting : Settings.all()) {
      setting.flags().forEach(flag -> assertThat(help).contains(flag));
      assertThat(help.replaceAll("\\s+", " ")).contains("[default: " + setting.defaultText() + "]");
    }
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void examplesAndDefaultsAreValid() {
    for (Setting<?> setting : Settings.all()) {
      setting.syntax().parse().apply(setting.syntax().example());
      setting.syntax().parse().apply(setting.standard());
    }
  }

  @Test
  void keysVariablesAndFlagsAreUnique() {
    assertThat(Settings.byKey()).hasSameSizeAs(Settings.all());
    assertThat(Settings.byVariable()).hasSameSizeAs(Settings.all());
    assertThat(Settings.byFlag())
        .hasSize(Settings.all().stream().mapToInt(setting -> setting.flags().size()).sum());
    assertThat(Settings.byVariable().keySet()).noneMatch(Settings::isForeign);
  }
}
