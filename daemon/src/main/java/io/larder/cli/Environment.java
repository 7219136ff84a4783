package io.larder.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Where a command runs.
///
/// @param in standard input
/// @param out standard output: results only
/// @param err standard error: progress and errors
/// @param terminal behind standard error
/// @param variables of the environment
record Environment(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Terminal terminal,
    Map<String, String> variables) {
  /// Of this process. Text is UTF-8 whatever the locale says, as the paths and sources in it are.
  static Environment ofProcess() {
    return new Environment(
        System.in,
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        new TtyTerminal(),
        System.getenv());
  }

  /// A variable, or empty text when it is not set.
  String variable(String name) {
    return variables.getOrDefault(name, "").strip();
  }

  /// See [no-color.org](https://no-color.org).
  boolean colourful() {
    return variable("NO_COLOR").isEmpty();
  }

  /// Whether lines can be redrawn on standard error.
  boolean canRedraw() {
    return !variable("TERM").equals("dumb") && terminal.width() > 0;
  }
}
