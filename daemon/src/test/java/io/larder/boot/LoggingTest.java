package io.larder.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.larder.boot.config.LogLevel;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LoggingTest {
  @AfterEach
  void usualLevel() {
    Logging.level(LogLevel.INFO);
  }

  @Test
  void theLevelIsThatOfLarder() {
    org.slf4j.Logger ours = LoggerFactory.getLogger("io.larder.some.Thing");
    org.slf4j.Logger theirs = LoggerFactory.getLogger("org.apache.ratis.Thing");

    Logging.level(LogLevel.DEBUG);
    assertThat(ours.isDebugEnabled()).isTrue();
    assertThat(theirs.isInfoEnabled()).isFalse();

    Logging.level(LogLevel.ERROR);
    assertThat(ours.isWarnEnabled()).isFalse();
    assertThat(theirs.isWarnEnabled()).isTrue();
  }

  @Test
  void anEventIsOneLineWhateverItCarries() throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(MDC.getMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    URL shipped = Objects.requireNonNull(getClass().getResource("/logback.xml"));
    configurator.doConfigure(shipped);
    var appender =
        (ConsoleAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    appender.setOutputStream(lines);

    Logger log = context.getLogger("io.larder.store.Thing");
    log.info("plain");
    log.warn("forged\n2026-01-01T00:00:00.000Z ERROR [x] y: z", new IllegalStateException("a\nb"));
    log.debug("not shown");
    context.getLogger("io.netty.Thing").info("not shown");
    context.stop();

    assertThat(lines.toString(StandardCharsets.UTF_8).lines().toList())
        .hasSize(2)
        .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z .*"))
        .satisfiesExactly(
            line -> assertThat(line).endsWith("Thing: plain"),
            line ->
                assertThat(line)
                    .contains("forged | 2026", "IllegalStateException: a | b", " | at io.larder"));
  }
}
