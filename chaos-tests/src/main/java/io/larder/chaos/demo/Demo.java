package io.larder.chaos.demo;

import io.larder.chaos.cluster.ChildProcess;
import io.larder.chaos.cluster.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.ObjectMapper;

/// `larder demo`: a cluster of real daemons on this machine fetches a model once. The exit code is
/// 0 only if the proof holds.
@Command(
    name = "larder demo",
    sortOptions = false,
    description = {
      "Runs a cluster on this machine: an S3 origin and several daemons, each a process of its own,"
          + " with mutual TLS and Raft. All daemons ask for the same model at the same moment; it"
          + " leaves the origin once.",
      ""
    })
public final class Demo implements Callable<Integer> {
  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many daemons, 1 to 16. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = Bytes.class,
      description =
          "Plain files of this size in all (64MiB, 1GB, …) instead of the generated"
              + " sentence-embedding model of 91 MB.")
  private @Nullable Long size;

  @Option(
      names = "--model",
      paramLabel = "DIRECTORY",
      description = "A model of your own instead of the generated one.")
  private @Nullable Path model;

  @Option(
      names = "--origin-rate",
      paramLabel = "BYTES",
      converter = Bytes.class,
      defaultValue = "25MB",
      description =
          "What the origin sends a second, to all nodes together; 0 for no limit."
              + " Default: ${DEFAULT-VALUE} (200 Mbit/s).")
  private long originRate;

  @Option(names = "--keep", description = "Leave everything running until Ctrl-C.")
  private boolean keep;

  @Option(
      names = "--json",
      description = "One JSON object on standard output; the rest on standard error.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  private volatile boolean ending;

  public static void main(String[] args) {
    Logs.quiet();
    System.exit(new CommandLine(new Demo()).execute(args));
  }

  /// @return 0 when the proof holds, 1 when it does not or the demo could not run
  @Override
  public Integer call() throws InterruptedException {
    Screen screen = Screen.open(json);
    try {
      check();
      Path folder = Folders.create();
      Thread cleanup = new Thread(() -> abandon(folder), "demo-cleanup");
      Runtime.getRuntime().addShutdownHook(cleanup);
      DemoRun run = new DemoRun(folder, nodes, source(), originRate, screen);
      try (run) {
        DemoReport report = run.run();
        if (json) {
          System.out.println(new ObjectMapper().writeValueAsString(report.fields()));
        }
        if (keep) {
          screen.line();
          run.howToTalk(folder);
          new CountDownLatch(1).await();
        }
        return report.verified() ? 0 : 1;
      } finally {
        Runtime.getRuntime().removeShutdownHook(cleanup);
        Folders.delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      if (!ending) {
        System.err.println("larder demo: " + e.getMessage());
        if (Boolean.getBoolean("larder.demo.trace")) {
          e.printStackTrace();
        }
      }
      return 1;
    }
  }

  private void check() {
    if (nodes < 1 || nodes > 16) {
      throw new IllegalArgumentException("--nodes must be 1 to 16, not " + nodes);
    }
    if (size != null && model != null) {
      throw new IllegalArgumentException("--size and --model exclude each other");
    }
    if (size != null && size < 1_000) {
      throw new IllegalArgumentException("--size must be at least 1000 bytes, not " + size);
    }
    if (model != null && !Files.isDirectory(model)) {
      throw new IllegalArgumentException("--model " + model + " is not a directory");
    }
  }

  private DemoModel source() {
    if (model != null) {
      return new DemoModel.Given(model);
    }
    return size == null ? new DemoModel.Sentences() : new DemoModel.Synthetic(size);
  }

  /// What is left to do when the JVM is told to end half-way.
  private void abandon(Path folder) {
    ending = true;
    ChildProcess.killAll();
    Folders.delete(folder);
  }

  /// Sizes as people write them: `1000`, `64MiB`, `1.5GB`.
  static final class Bytes implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]i?)?b?");
    private static final Map<String, Double> UNITS =
        Map.of(
            "k", 1e3, "m", 1e6, "g", 1e9, "t", 1e12, "ki", 0x1p10, "mi", 0x1p20, "gi", 0x1p30, "ti",
            0x1p40);

    @Override
    public Long convert(String text) {
      Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + text + "' is not a size; write 1000, 64MiB or 1.5GB");
      }
      double unit = Optional.ofNullable(matcher.group(2)).map(UNITS::get).orElse(1.0);
      return (long) (Double.parseDouble(matcher.group(1)) * unit);
    }
  }
}
