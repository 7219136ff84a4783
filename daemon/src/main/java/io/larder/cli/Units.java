package io.larder.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Amounts for people.
final class Units {
  private static final String[] BINARY = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Units() {}

  /// Three digits and a unit: `0 B`, `999 B`, `1.00 KiB`, `91.0 MiB`, `140 GiB`.
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double amount = bytes / 1024.0;
    int unit = 0;
    // Not 1024: what would be printed as 1000 or more goes to the next unit.
    while (amount >= 999.5 && unit < BINARY.length - 1) {
      amount /= 1024;
      unit++;
    }
    String format = amount < 9.995 ? "%.2f %s" : amount < 99.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, amount, BINARY[unit]);
  }

  static String rate(long bytesPerSecond) {
    return bytes(bytesPerSecond) + "/s";
  }

  /// The two largest units: `3.2 s`, `42 s`, `1 m 5 s`, `2 h 0 m`, `3 d 4 h`.
  static String duration(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    if (millis < 9_950) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
    long seconds = Math.round(millis / 1e3);
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + " m " + seconds % 60 + " s";
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " m";
    }
    return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
  }

  /// How long ago a moment was, in its largest unit.
  static String ago(Instant moment, Instant now) {
    long seconds = Math.max(0, Duration.between(moment, now).toSeconds());
    if (seconds < 60) {
      return "just now";
    }
    if (seconds < 3_600) {
      return seconds / 60 + " m ago";
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + " h ago";
    }
    return seconds / 86_400 + " d ago";
  }

  static String count(long number, String singular) {
    return number + " " + singular + (number == 1 ? "" : "s");
  }
}
