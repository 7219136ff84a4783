package io.larder.evict;

import java.util.Comparator;
import java.util.List;

/// Which goes first when space is short. Pure.
public interface EvictionPolicy {
  /// @return the candidates in the order in which they should go
  List<Evictable> order(List<Evictable> candidates);

  /// Least recently used first.
  EvictionPolicy LEAST_RECENTLY_USED =
      candidates ->
          candidates.stream()
              .sorted(Comparator.comparing(Evictable::lastUsed).thenComparing(Evictable::name))
              .toList();
}
