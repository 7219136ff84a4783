package io.larder.artifact;

import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.store.Records;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which revisions are exposed on this node. Durable; the time of last use is kept to the minute.
/// Thread-safe.
final class Catalog {
  private static final String PREFIX = "artifact\n";
  private static final Duration USE_RESOLUTION = Duration.ofMinutes(1);

  private final Records records;
  private final InstantSource clock;
  private final Map<Revision, CatalogEntry> entries = new HashMap<>();
  private final Map<Revision, Instant> written = new HashMap<>();

  Catalog(Records records, InstantSource clock) {
    this.records = records;
    this.clock = clock;
    for (byte[] value : records.scan(PREFIX).values()) {
      CatalogEntry entry = CatalogEntry.decode(value);
      entries.put(entry.revision(), entry);
      written.put(entry.revision(), entry.lastUsed());
    }
  }

  synchronized void put(CatalogEntry entry) {
    records.put(key(entry.revision()), entry.encode());
    entries.put(entry.revision(), entry);
    written.put(entry.revision(), entry.lastUsed());
  }

  synchronized void remove(Revision revision) {
    records.delete(key(revision));
    entries.remove(revision);
    written.remove(revision);
  }

  /// The revision that a source was last found to stand for.
  synchronized Optional<CatalogEntry> latest(Source source) {
    return entries.values().stream()
        .filter(entry -> entry.revision().source().equals(source))
        .max(Comparator.comparing(CatalogEntry::checked));
  }

  synchronized Optional<CatalogEntry> find(Revision revision) {
    return Optional.ofNullable(entries.get(revision));
  }

  synchronized List<CatalogEntry> all() {
    return List.copyOf(entries.values());
  }

  /// Notes a use.
  ///
  /// @return the entry as it is now
  synchronized CatalogEntry used(CatalogEntry entry) {
    Instant now = clock.instant();
    CatalogEntry used = entry.used(now);
    if (entries.replace(entry.revision(), used) != null) {
      Instant last = written.getOrDefault(entry.revision(), Instant.EPOCH);
      if (Duration.between(last, now).compareTo(USE_RESOLUTION) > 0) {
        records.put(key(used.revision()), used.encode());
        written.put(used.revision(), now);
      }
    }
    return used;
  }

  private static String key(Revision revision) {
    return PREFIX + revision.source().uri() + "\n" + revision.id();
  }
}
