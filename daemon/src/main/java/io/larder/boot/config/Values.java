package io.larder.boot.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What each setting comes to, with where that came from. Not thread-safe.
final class Values {
  private record Value(Object value, Provenance from) {}

  private final Map<Setting<?>, Value> values = new HashMap<>();
  private final List<Problem> problems;

  /// @param layers weakest first
  /// @param problems gets the values that cannot be understood; those settings keep their default
  Values(List<List<Assignment>> layers, List<Problem> problems) {
    this.problems = problems;
    for (Setting<?> setting : Settings.all()) {
      values.put(setting, standard(setting));
    }
    for (List<Assignment> layer : layers) {
      for (Assignment assignment : layer) {
        understand(assignment.setting(), assignment);
      }
    }
  }

  private static <T> Value standard(Setting<T> setting) {
    return new Value(setting.syntax().parse().apply(setting.standard()), new Provenance.Default());
  }

  /// Also a value that a stronger layer hides is looked at: it is wrong all the same.
  private <T> void understand(Setting<T> setting, Assignment assignment) {
    try {
      T value = setting.syntax().parse().apply(assignment.text().strip());
      values.put(setting, new Value(value, assignment.from()));
    } catch (IllegalArgumentException e) {
      String example = setting.syntax().example();
      problems.add(
          new Problem(
              setting.key(),
              assignment.from(),
              String.valueOf(e.getMessage()),
              "write for example '" + example + "'"));
    }
  }

  @SuppressWarnings("unchecked") // The constructor pairs each setting with a value of its own type.
  <T> T get(Setting<T> setting) {
    return (T) entry(setting).value();
  }

  Provenance from(Setting<?> setting) {
    return entry(setting).from();
  }

  private Value entry(Setting<?> setting) {
    Value value = values.get(setting);
    if (value == null) {
      throw new IllegalArgumentException(setting.key() + " is not in the table");
    }
    return value;
  }

  /// Puts a derived default in the place of "not set".
  <T> void derive(Setting<T> setting, T value) {
    if (from(setting) instanceof Provenance.Default) {
      values.put(setting, new Value(value, new Provenance.Default()));
    }
  }

  void refuse(Setting<?> setting, String reason, String wayOut) {
    problems.add(new Problem(setting.key(), from(setting), reason, wayOut));
  }

  /// As it would be written in a file; empty when not set.
  <T> String text(Setting<T> setting) {
    return setting.syntax().print().apply(get(setting));
  }
}
