package io.larder.cli;

import io.larder.client.Progress;

/// One request as one line of text. Pure.
final class ProgressLine {
  private static final int SHORTEST_BAR = 10;
  private static final int LONGEST_BAR = 40;
  private static final String BAR_COLOUR = "\u001b[36m";
  private static final String NO_COLOUR = "\u001b[0m";

  private ProgressLine() {}

  /// For a terminal: name, bar, per cent, sizes, rate, time left. Gives up first the bar's length,
  /// then the name's, then the bar, so that it never wraps.
  ///
  /// @param width columns, at least 1; the last one stays free, where some terminals would wrap
  static String bar(String source, Progress progress, int width, boolean colourful) {
    String numbers = numbers(progress);
    int room = Math.max(0, width - 1 - numbers.length());
    int bar = Math.clamp(room / 2 - 3, SHORTEST_BAR, LONGEST_BAR);
    int name = room - bar - 4;
    if (progress.totalBytes() == 0) {
      return cut(shorten(source, Math.max(0, room - 1)) + " " + numbers, width - 1);
    }
    if (name < SHORTEST_BAR) {
      return cut(numbers, width - 1);
    }
    int done = (int) (bar * fraction(progress));
    String drawn =
        "=".repeat(done) + (done < bar ? ">" : "") + " ".repeat(Math.max(0, bar - done - 1));
    String shown = shorten(source, name);
    return shown + " [" + (colourful ? BAR_COLOUR + drawn + NO_COLOUR : drawn) + "] " + numbers;
  }

  /// For a log: a sentence without the name.
  static String plain(Progress progress) {
    return progress.totalBytes() == 0
        ? phase(progress)
        : phase(progress) + ", " + numbers(progress).strip();
  }

  private static String numbers(Progress progress) {
    if (progress.totalBytes() == 0) {
      return phase(progress) + " ...";
    }
    StringBuilder text = new StringBuilder();
    text.append(String.format("%3d%%", (int) (100 * fraction(progress))))
        .append("  ")
        .append(Units.bytes(progress.doneBytes()))
        .append(" of ")
        .append(Units.bytes(progress.totalBytes()));
    if (progress.phase() == Progress.Phase.FETCHING && progress.bytesPerSecond() > 0) {
      text.append("  ").append(Units.rate(progress.bytesPerSecond()));
    }
    progress.eta().ifPresent(eta -> text.append("  ").append(Units.duration(eta)).append(" left"));
    if (!progress.coordinated()) {
      text.append("  (uncoordinated)");
    }
    return text.toString();
  }

  private static double fraction(Progress progress) {
    return Math.clamp((double) progress.doneBytes() / progress.totalBytes(), 0, 1);
  }

  private static String phase(Progress progress) {
    return switch (progress.phase()) {
      case RESOLVING -> "resolving";
      case RESERVING -> "making room";
      case FETCHING -> "fetching";
      case EXPOSING -> "exposing";
    };
  }

  /// Keeps the end, which tells sources apart better than the beginning.
  private static String shorten(String source, int most) {
    if (source.length() <= most) {
      return source;
    }
    return most <= 3 ? "" : "..." + source.substring(source.length() - most + 3);
  }

  private static String cut(String text, int most) {
    return text.substring(0, Math.clamp(most, 0, text.length()));
  }
}
