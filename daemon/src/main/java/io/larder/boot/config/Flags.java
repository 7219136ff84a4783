package io.larder.boot.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The command line of `larder daemon`, over the table of settings.
///
/// @param assignments one per setting, lists joined
/// @param config the file to read, when one is named
/// @param help whether help is asked for
/// @param print whether the effective configuration is asked for
record Flags(List<Assignment> assignments, Optional<String> config, boolean help, boolean print) {

  /// Takes `--flag value` and `--flag=value`; a switch needs no value.
  ///
  /// @param problems gets what is wrong
  static Flags read(List<String> arguments, List<Problem> problems) {
    Map<String, Setting<?>> known = Settings.byFlag();
    Map<Setting<?>, Assignment> assignments = new LinkedHashMap<>();
    Optional<String> config = Optional.empty();
    boolean help = false;
    boolean print = false;
    Deque<String> rest = new ArrayDeque<>(arguments);
    while (!rest.isEmpty()) {
      String argument = rest.pop();
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      Optional<String> value =
          equals < 0 ? Optional.empty() : Optional.of(argument.substring(equals + 1));
      Setting<?> setting = known.get(name);
      if (argument.equals("--help") || argument.equals("-h")) {
        help = true;
      } else if (argument.equals("--print-config")) {
        print = true;
      } else if (name.equals("--config")) {
        config = value.or(() -> following(name, "/etc/larder/larder.yaml", rest, problems));
      } else if (setting != null) {
        Optional<String> given = value;
        if (value.isEmpty() && setting.isSwitch()) {
          given = Optional.of("true");
        } else if (value.isEmpty()) {
          given = following(name, setting.syntax().example(), rest, problems);
        }
        given.ifPresent(text -> assign(assignments, setting, name, text, problems));
      } else {
        problems.add(unknown(name, known));
        if (name.startsWith("-") && equals < 0 && hasValue(rest)) {
          // Its value, probably; a second complaint about that would only confuse.
          rest.pop();
        }
      }
    }
    return new Flags(List.copyOf(assignments.values()), config, help, print);
  }

  private static boolean hasValue(Deque<String> rest) {
    return !rest.isEmpty() && !rest.element().startsWith("--");
  }

  private static Optional<String> following(
      String name, String example, Deque<String> rest, List<Problem> problems) {
    if (hasValue(rest)) {
      return Optional.of(rest.pop());
    }
    problems.add(
        new Problem(
            name,
            new Provenance.Flag(name),
            "it has no value",
            "write for example '" + name + " " + example + "'"));
    return Optional.empty();
  }

  private static void assign(
      Map<Setting<?>, Assignment> assignments,
      Setting<?> setting,
      String name,
      String text,
      List<Problem> problems) {
    Provenance from = new Provenance.Flag(name);
    Assignment before = assignments.get(setting);
    if (before == null) {
      assignments.put(setting, new Assignment(setting, text, from));
    } else if (setting.isList()) {
      assignments.put(setting, new Assignment(setting, before.text() + "," + text, from));
    } else {
      problems.add(new Problem(setting.key(), from, "it is given twice", "keep one of them"));
    }
  }

  private static Problem unknown(String name, Map<String, Setting<?>> known) {
    if (!name.startsWith("-")) {
      return new Problem(
          "argument",
          new Provenance.Flag("'" + name + "'"),
          "the daemon takes flags only",
          "remove it, or write --flag=value");
    }
    List<String> all =
        Stream.concat(known.keySet().stream(), Stream.of("--config", "--print-config", "--help"))
            .toList();
    return new Problem(
        name,
        new Provenance.Flag(name),
        "there is no such flag",
        Nearest.of(name, all)
            .map(near -> "did you mean " + near + "?")
            .orElse("'larder daemon --help' lists all flags"));
  }
}
