package io.larder.expose;

import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.Records;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Promises that a revision stays on this node, each with an owner (a volume, a user, a policy).
/// Durable. Thread-safe.
public final class Pins {
  private static final String PREFIX = "pin\n";
  private static final int LONGEST_OWNER = 253;

  private final Records records;
  private final Map<Revision, Set<String>> owners = new HashMap<>();

  public Pins(Records records) {
    this.records = records;
    records
        .scan(PREFIX)
        .keySet()
        .forEach(
            key -> {
              String[] part = key.split("\n", 4);
              Revision revision = new Revision(Source.parse(part[1]), part[2]);
              owners.computeIfAbsent(revision, r -> new TreeSet<>()).add(part[3]);
            });
  }

  /// Adds a pin. Idempotent for an owner.
  ///
  /// @param owner 1 to 253 characters, no control characters
  /// @throws LarderException INVALID for another owner
  public synchronized void add(Revision revision, String owner) {
    if (owner.isBlank()
        || owner.length() > LONGEST_OWNER
        || owner.chars().anyMatch(Character::isISOControl)) {
      throw new LarderException(
          ErrorKind.INVALID,
          "a pin's owner has 1 to " + LONGEST_OWNER + " characters and no control characters");
    }
    if (owners.computeIfAbsent(revision, r -> new TreeSet<>()).add(owner)) {
      records.put(key(revision, owner), new byte[0]);
    }
  }

  /// Takes a pin away. Idempotent.
  public synchronized void remove(Revision revision, String owner) {
    Set<String> all = owners.getOrDefault(revision, new TreeSet<>());
    if (all.remove(owner)) {
      records.delete(key(revision, owner));
      if (all.isEmpty()) {
        owners.remove(revision);
      }
    }
  }

  /// Owners in alphabetical order.
  public synchronized List<String> owners(Revision revision) {
    return List.copyOf(owners.getOrDefault(revision, Set.of()));
  }

  public synchronized boolean isPinned(Revision revision) {
    return owners.containsKey(revision);
  }

  private static String key(Revision revision, String owner) {
    return PREFIX + revision.source().uri() + "\n" + revision.id() + "\n" + owner;
  }
}
