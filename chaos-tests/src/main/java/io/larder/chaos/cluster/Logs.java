package io.larder.chaos.cluster;

/// What the main classes of this module log.
public final class Logs {
  private static final String PROPERTY = "logback.configurationFile";
  private static final String QUIET = "larder-chaos-logback.xml";

  private Logs() {}

  /// Warnings only, on standard error. To be called before the first logger is made.
  public static void quiet() {
    System.setProperty(PROPERTY, QUIET);
  }

  /// The same for a JVM that is started.
  static String quietOption() {
    return "-D" + PROPERTY + "=" + QUIET;
  }
}
