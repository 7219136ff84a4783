package io.larder.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads environment variables into assignments. An empty variable counts as not set, because
/// templates and shells make those by accident.
final class Environment {
  private Environment() {}

  /// @param problems gets what is wrong
  static List<Assignment> read(Map<String, String> environment, List<Problem> problems) {
    Map<String, Setting<?>> known = Settings.byVariable();
    List<Assignment> assignments = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              Setting<?> setting = known.get(name);
              if (!name.startsWith("LARDER_") || value.isEmpty()) {
                return;
              }
              if (setting != null) {
                assignments.add(new Assignment(setting, value, new Provenance.Variable(name)));
              } else if (!Settings.isForeign(name)) {
                problems.add(
                    new Problem(
                        name,
                        new Provenance.Variable(name),
                        "there is no such setting",
                        Nearest.of(name, known.keySet())
                            .map(near -> "did you mean " + near + "?")
                            .orElse("unset it; 'larder daemon --help' lists all settings")));
              }
            });
    return assignments;
  }
}
