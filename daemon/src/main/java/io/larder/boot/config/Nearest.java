package io.larder.boot.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Guesses what somebody meant.
final class Nearest {
  private Nearest() {}

  /// The known name that is closest to `given`, when it is close enough to be a slip.
  static Optional<String> of(String given, Collection<String> known) {
    int most = Math.max(2, given.length() / 3);
    return known.stream()
        .filter(name -> distance(given, name) <= most)
        .min(Comparator.comparingInt((String name) -> distance(given, name)))
        .or(() -> known.stream().filter(name -> sharesEnd(given, name)).findFirst());
  }

  /// People leave out or make up the group: `capacity`, `disk.capacity` for `store.capacity`.
  private static boolean sharesEnd(String given, String name) {
    return lastPart(given).equals(lastPart(name));
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /// The Levenshtein distance, by the two-row dynamic programme of Wagner and Fischer (1974).
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
