package io.larder.cli;

import io.larder.client.Progress;
import java.io.PrintStream;
import java.time.Duration;

/// Where progress is shown. Not thread-safe; whoever opened it closes it, before printing anything
/// else.
sealed interface ProgressView extends AutoCloseable {
  /// @param nanos on the monotonic clock
  void show(Progress progress, long nanos);

  @Override
  void close();

  /// Bars on a terminal, lines elsewhere.
  static ProgressView of(Environment environment, String source, boolean quiet) {
    if (quiet) {
      return new Silent();
    }
    return environment.canRedraw()
        ? new Bar(environment, source)
        : new Lines(environment.err(), source, System.nanoTime());
  }

  /// Shows nothing.
  record Silent() implements ProgressView {
    @Override
    public void show(Progress progress, long nanos) {}

    @Override
    public void close() {}
  }

  /// One line that is redrawn in place and wiped at the end.
  record Bar(Environment environment, String source) implements ProgressView {
    private static final String WIPE = "\r\u001b[K";

    @Override
    public void show(Progress progress, long nanos) {
      int width = Math.max(1, environment.terminal().width());
      environment
          .err()
          .print(WIPE + ProgressLine.bar(source, progress, width, environment.colourful()));
      environment.err().flush();
    }

    @Override
    public void close() {
      environment.err().print(WIPE);
      environment.err().flush();
    }
  }

  /// A line now and then, for logs. Quick requests show none.
  final class Lines implements ProgressView {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final PrintStream err;
    private final String source;
    private long due;

    Lines(PrintStream err, String source, long nanos) {
      this.err = err;
      this.source = source;
      this.due = nanos + FIRST.toNanos();
    }

    @Override
    public void show(Progress progress, long nanos) {
      if (nanos - due >= 0) {
        err.println(source + ": " + ProgressLine.plain(progress));
        due = nanos + BETWEEN.toNanos();
      }
    }

    @Override
    public void close() {}
  }
}
