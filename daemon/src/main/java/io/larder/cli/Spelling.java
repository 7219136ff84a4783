package io.larder.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Finds what somebody may have meant. Pure.
final class Spelling {
  private static final int MOST_EDITS = 2;

  private Spelling() {}

  /// The known words within two edits of a word and not wholly other, nearest first.
  static List<String> near(String word, Collection<String> known) {
    return known.stream()
        .filter(other -> edits(word, other) <= Math.min(MOST_EDITS, other.length() - 1))
        .sorted(Comparator.comparing((String other) -> edits(word, other)).thenComparing(o -> o))
        .toList();
  }

  /// Insertions, deletions, replacements and swaps of neighbours from one word to the other
  /// ([optimal string
  /// alignment](https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance)).
  static int edits(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
