package io.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.artifact.InMemoryArtifacts;
import io.larder.cli.CliFixture.Outcome;
import io.larder.error.ErrorKind;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path directory;
  private CliFixture cli;

  @BeforeEach
  void prepare() {
    cli = new CliFixture(directory, new InMemoryArtifacts(directory));
  }

  @Test
  void without_a_checkout_it_says_what_is_missing() {
    Outcome outcome = cli.run("demo", "--nodes", "3");
    assertThat(outcome.exitCode()).isEqualTo(ErrorKind.INVALID.exitCode());
    assertThat(outcome.err()).contains("source checkout");
  }

  @Test
  void it_passes_arguments_on_and_gives_the_exit_code_back() throws Exception {
    Path seen = directory.resolve("seen");
    compileDemo(
        """
        package io.larder.chaos.demo;
        public class Demo {
          public static void main(String[] arguments) throws Exception {
            java.nio.file.Files.writeString(
                java.nio.file.Path.of("%s"), String.join(" ", arguments));
            System.exit(23);
          }
        }
        """
            .formatted(seen));
    cli.variables.put("LARDER_DEMO_LIB", directory.resolve("lib").toString());
    Outcome outcome =
        cli.run("demo", "--nodes", "5", "--json", "--keep", "--size=1000", "--seed", "7");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(23);
    assertThat(seen).hasContent("--nodes 5 --size 1000 --keep --json --seed 7");
  }

  private void compileDemo(String source) throws Exception {
    Path file = directory.resolve("src/Demo.java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    Path classes = Files.createDirectories(directory.resolve("classes"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), file.toString());
    assertThat(failed).isZero();
    Path jar = Files.createDirectories(directory.resolve("lib")).resolve("demo.jar");
    String name = "io/larder/chaos/demo/Demo.class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new JarEntry(name));
      entries.write(Files.readAllBytes(classes.resolve(name)));
    }
  }
}
