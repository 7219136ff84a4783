package io.larder.chaos.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/// Where the demo writes for people: with colours, glyphs and redrawn lines on a terminal, in plain
/// lines anywhere else. Used by one thread.
final class Screen {
  private final PrintStream out;
  private final boolean terminal;
  private final boolean glyphs;
  private int redrawable;

  private Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.glyphs = out.charset().newEncoder().canEncode('█');
  }

  /// @param standardError true to leave standard output alone
  static Screen open(boolean standardError) {
    boolean dumb = "dumb".equals(System.getenv("TERM")) || System.getenv("NO_COLOR") != null;
    boolean terminal =
        !standardError && !dumb && System.console() != null && System.console().isTerminal();
    return new Screen(standardError ? System.err : System.out, terminal);
  }

  boolean terminal() {
    return terminal;
  }

  void line(String text) {
    redrawable = 0;
    out.println(text);
    out.flush();
  }

  void line() {
    line("");
  }

  /// Says what is going on, on a terminal, until [#field] or [#settle] follows.
  void doing(String name, String text) {
    if (terminal) {
      redraw(List.of(heading(name) + dim(text + (glyphs ? " …" : " ..."))));
    }
  }

  /// Writes a heading with a value: ` origin text`.
  void field(String name, String text) {
    settle(heading(name) + text);
  }

  /// Writes a line, in place of what [#doing] said.
  void settle(String text) {
    if (redrawable > 0) {
      redraw(List.of(text));
      redrawable = 0;
    } else {
      line(text);
    }
  }

  private String heading(String name) {
    return "  " + dim(String.format("%-9s", name)) + " ";
  }

  /// Writes lines in place of those that the last call wrote, on a terminal.
  void redraw(List<String> lines) {
    StringBuilder all = new StringBuilder();
    if (redrawable > 0) {
      all.append("\033[").append(redrawable).append('A');
    }
    for (String line : lines) {
      all.append(line).append("\033[K\n");
    }
    out.print(all);
    out.flush();
    redrawable = lines.size();
  }

  /// A bar of so many cells: from the origin, from peers, and still missing.
  String bar(int cells, double origin, double peers) {
    int first = (int) Math.round(cells * Math.min(1, origin));
    int both = (int) Math.round(cells * Math.min(1, origin + peers));
    return origin(originCell().repeat(first))
        + peers(peerCell().repeat(both - first))
        + dim((glyphs ? "░" : ".").repeat(cells - both));
  }

  /// What the cells of a bar mean.
  String legend() {
    return origin(originCell() + " from the origin") + "   " + peers(peerCell() + " from peers");
  }

  private String originCell() {
    return glyphs ? "█" : "#";
  }

  private String peerCell() {
    return glyphs ? "▓" : "=";
  }

  String mark(boolean good) {
    return good ? colour("32", glyphs ? "✓" : "ok") : colour("31", glyphs ? "✗" : "FAILED");
  }

  String origin(String text) {
    return colour("33", text);
  }

  String peers(String text) {
    return colour("36", text);
  }

  String bold(String text) {
    return colour("1", text);
  }

  String dim(String text) {
    return colour("2", text);
  }

  private String colour(String code, String text) {
    return terminal && !text.isEmpty() ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  /// `91.2 MB`: decimal, as models are sold.
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }
}
