package io.larder.boot.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes and durations as people write them.
final class Units {
  private static final Pattern SIZE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) *([A-Za-z]*)");
  private static final Pattern TIME = Pattern.compile("([0-9]+) *(ms|s|m|h|d)");
  private static final List<String> PREFIXES = List.of("", "k", "m", "g", "t", "p");
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Units() {}

  /// Reads `1048576`, `500GiB`, `500Gi` (powers of 1024), `2TB`, `2T` (powers of 1000).
  static long parseBytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a number of bytes");
    }
    BigDecimal factor = BigDecimal.valueOf(factor(matcher.group(2)));
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(factor).setScale(0, RoundingMode.DOWN);
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("'" + text + "' is more than any disk holds");
    }
    return bytes.longValueExact();
  }

  private static long factor(String unit) {
    String lower = unit.toLowerCase(Locale.ROOT);
    boolean binary = lower.endsWith("ib") || lower.endsWith("i");
    String prefix = lower.replaceAll("(ib|i|b)$", "");
    int power = PREFIXES.indexOf(prefix);
    if (power < 0 || binary && power == 0) {
      throw new IllegalArgumentException("'" + unit + "' is not a unit of bytes");
    }
    long factor = 1;
    for (int i = 0; i < power; i++) {
      factor *= binary ? 1024 : 1000;
    }
    return factor;
  }

  /// The shortest exact form, which [#parseBytes] reads back.
  static String bytes(long bytes) {
    int power = 0;
    long rest = bytes;
    while (rest != 0 && rest % 1024 == 0 && power < PREFIXES.size() - 1) {
      rest /= 1024;
      power++;
    }
    return power == 0
        ? Long.toString(bytes)
        : rest + PREFIXES.get(power).toUpperCase(Locale.ROOT) + "iB";
  }

  /// Reads `500ms`, `15s`, `2m`, `1h`, `1d`.
  static Duration parseDuration(String text) {
    Matcher matcher = TIME.matcher(text.strip());
    if (!matcher.matches() || matcher.group(1).length() > 9) {
      throw new IllegalArgumentException("'" + text + "' is not a duration");
    }
    return Duration.ofMillis(
        Long.parseLong(matcher.group(1)) * MILLIS.getOrDefault(matcher.group(2), 1L));
  }

  /// The shortest exact form, which [#parseDuration] reads back.
  static String duration(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : List.of("d", "h", "m", "s")) {
      long one = MILLIS.getOrDefault(unit, 1L);
      if (millis != 0 && millis % one == 0) {
        return millis / one + unit;
      }
    }
    return millis + "ms";
  }
}
