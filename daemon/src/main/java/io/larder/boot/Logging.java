package io.larder.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.larder.boot.config.LogLevel;
import java.util.List;
import org.slf4j.LoggerFactory;

/// The level of Larder's own log. Libraries stay at warnings whatever it is, except that `trace`
/// opens them to `info`. The rest is in `logback.xml`.
public final class Logging {
  /// gRPC and the copy of it in Ratis log through the JDK, and call a peer that hung up a warning.
  /// Held here, as the JDK forgets the level of a logger that nobody holds.
  private static final List<java.util.logging.Logger> GRPC =
      List.of(
          java.util.logging.Logger.getLogger("io.grpc"),
          java.util.logging.Logger.getLogger("org.apache.ratis.thirdparty.io.grpc"));

  private Logging() {}

  /// Takes effect at once. Does nothing under another logging backend than logback.
  public static void level(LogLevel level) {
    GRPC.forEach(logger -> logger.setLevel(java.util.logging.Level.SEVERE));
    set("io.larder", Level.toLevel(level.name()));
    set(org.slf4j.Logger.ROOT_LOGGER_NAME, level == LogLevel.TRACE ? Level.INFO : Level.WARN);
  }

  private static void set(String name, Level level) {
    if (LoggerFactory.getLogger(name) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
