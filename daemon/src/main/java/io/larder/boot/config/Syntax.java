package io.larder.boot.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// How the values of a setting are written.
///
/// @param placeholder stands for the value in help
/// @param example a valid value, for the way out of a problem
/// @param parse throws IllegalArgumentException with the reason when the text is not a value
/// @param print the inverse of `parse`; empty when nothing is set
/// @param <T> what the daemon sees
record Syntax<T>(
    String placeholder, String example, Function<String, T> parse, Function<T, String> print) {

  /// Nothing, or one of `inner`.
  static <T> Syntax<Optional<T>> optional(Syntax<T> inner) {
    return new Syntax<>(
        inner.placeholder,
        inner.example,
        text -> text.isEmpty() ? Optional.empty() : Optional.of(inner.parse.apply(text)),
        value -> value.map(inner.print).orElse(""));
  }

  /// Several, separated by commas.
  static <T> Syntax<List<T>> list(Syntax<T> inner) {
    return new Syntax<>(
        inner.placeholder + ",...",
        inner.example,
        text ->
            text.isEmpty()
                ? List.of()
                : Pattern.compile(",")
                    .splitAsStream(text)
                    .map(String::strip)
                    .map(inner.parse)
                    .toList(),
        values -> String.join(",", values.stream().map(inner.print).toList()));
  }

  static Syntax<String> word(String placeholder, String example, String pattern, String rule) {
    return new Syntax<>(
        placeholder,
        example,
        text -> {
          if (!text.matches(pattern)) {
            throw new IllegalArgumentException("'" + text + "' is not " + rule);
          }
          return text;
        },
        value -> value);
  }

  static Syntax<Path> path(String example) {
    return new Syntax<>(
        "PATH",
        example,
        text -> {
          try {
            Path path = Path.of(text);
            if (!path.isAbsolute()) {
              throw new IllegalArgumentException("'" + text + "' is not an absolute path");
            }
            return path.normalize();
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it is not a path: " + e.getReason(), e);
          }
        },
        Path::toString);
  }

  static Syntax<Address> address(String example) {
    return new Syntax<>("HOST:PORT", example, Address::parse, Address::toString);
  }

  static Syntax<Boolean> flag() {
    return new Syntax<>(
        "true|false",
        "true",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default ->
                  throw new IllegalArgumentException("'" + text + "' is neither true nor false");
            },
        String::valueOf);
  }

  static Syntax<Integer> count(int least, int most) {
    return new Syntax<>(
        "N",
        Integer.toString(least),
        text -> {
          if (text.matches("[0-9]{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
              return value;
            }
          }
          throw new IllegalArgumentException(
              "'" + text + "' is not a whole number between " + least + " and " + most);
        },
        String::valueOf);
  }

  static Syntax<Duration> duration(Duration least, Duration most, String example) {
    return new Syntax<>(
        "DURATION",
        example,
        text -> {
          Duration value = Units.parseDuration(text);
          if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                "'"
                    + text
                    + "' is not between "
                    + Units.duration(least)
                    + " and "
                    + Units.duration(most));
          }
          return value;
        },
        Units::duration);
  }

  /// Bytes per second; 0 is no limit.
  static Syntax<Long> rate() {
    return new Syntax<>(
        "BYTES/s",
        "200MiB",
        text -> {
          String amount = text.replaceAll(" */s$", "");
          long value = Units.parseBytes(amount);
          if (value > 0 && value < 1024) {
            throw new IllegalArgumentException(
                "'" + text + "' is less than 1KiB per second, which moves no model");
          }
          return value;
        },
        Units::bytes);
  }

  static Syntax<Capacity> capacity() {
    return new Syntax<>(
        "BYTES|PERCENT",
        "500GiB",
        text -> {
          if (text.matches("[0-9]{1,9} *%")) {
            int percent = Integer.parseInt(text.replaceAll("[ %]", ""));
            if (percent < 1 || percent > 100) {
              throw new IllegalArgumentException("'" + text + "' is not between 1% and 100%");
            }
            return new Capacity.ShareOfDisk(percent);
          }
          long bytes = Units.parseBytes(text);
          if (bytes < 1) {
            throw new IllegalArgumentException("'" + text + "' leaves no room for anything");
          }
          return new Capacity.Fixed(bytes);
        },
        Object::toString);
  }

  /// An http or https address. One that carries credentials is refused, and not repeated.
  static Syntax<URI> endpoint(String example) {
    return new Syntax<>(
        "URL",
        example,
        text -> {
          if (text.indexOf('@') >= 0 || text.indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                "an endpoint is scheme, host and port, without credentials or query");
          }
          try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null) {
              throw new IllegalArgumentException("'" + text + "' is not an http or https address");
            }
            return uri;
          } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL", e);
          }
        },
        URI::toString);
  }

  static Syntax<LogLevel> logLevel() {
    return new Syntax<>(
        "LEVEL",
        "info",
        text -> {
          for (LogLevel level : LogLevel.values()) {
            if (level.name().equalsIgnoreCase(text)) {
              return level;
            }
          }
          throw new IllegalArgumentException(
              "'" + text + "' is none of error, warn, info, debug, trace");
        },
        value -> value.name().toLowerCase(Locale.ROOT));
  }
}
