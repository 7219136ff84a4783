package io.larder.boot.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The table of settings as text: help, reference page, effective configuration.
final class Reference {
  private static final int WIDTH = 96;

  private Reference() {}

  /// What `larder daemon --help` prints.
  static String help() {
    StringBuilder out =
        new StringBuilder(
            """
            Usage: larder daemon [--config FILE] [--print-config] [FLAG...]

            Runs a node in the foreground until it is told to stop (SIGTERM or Ctrl-C).

            Settings come from a YAML file, the environment and flags; the later is the stronger. The
            file is the one named by --config or LARDER_CONFIG, else /etc/larder/larder.yaml when that
            exists. The key 'store.capacity' is LARDER_STORE_CAPACITY in the environment and
            --store-capacity as a flag.

              --config FILE
                  Read this file.
              --print-config
                  Print the effective settings as YAML, with where each came from, and stop.
              -h, --help
                  Print this and stop.

            """);
    for (Setting<?> setting : Settings.all()) {
      out.append("  ").append(String.join(", ", setting.flags()));
      out.append(setting.isSwitch() ? "" : " " + setting.syntax().placeholder()).append('\n');
      String words = setting.help() + " [default: " + setting.defaultText() + "]";
      wrap(words).forEach(line -> out.append("      ").append(line).append('\n'));
    }
    return out.toString();
  }

  private static List<String> wrap(String words) {
    StringBuilder lines = new StringBuilder();
    int column = 0;
    for (String word : words.split(" ")) {
      if (column > 0 && column + 1 + word.length() > WIDTH - 6) {
        lines.append('\n');
        column = 0;
      } else if (column > 0) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return Arrays.asList(lines.toString().split("\n"));
  }

  /// The page `docs/configuration.md`.
  static String markdown() {
    String rows =
        Settings.all().stream()
            .map(
                setting ->
                    "| `%s` | %s | `%s` | %s | %s |"
                        .formatted(
                            setting.key(),
                            setting.flags().stream()
                                .map(flag -> "`" + flag + "`")
                                .collect(Collectors.joining(" ")),
                            setting.syntax().placeholder().replace("|", "\\|"),
                            setting.defaultText(),
                            setting.help()))
            .collect(Collectors.joining("\n"));
    return """
        # Configuration

        <!-- Generated from the table of settings; ReferenceTest fails when this page is stale and says how to renew it. -->

        A daemon reads its settings from a YAML file, from the environment and from flags; the later is the stronger.

        * **File**: the one named by `--config FILE` or `LARDER_CONFIG`, which must exist, else `/etc/larder/larder.yaml`
          when that exists. Groups may be nested or written with dots: `store: {capacity: 80%%}` and `store.capacity: 80%%`
          are the same.
        * **Environment**: `LARDER_` and the key in capitals, with dots and dashes as underscores: `LARDER_STORE_CAPACITY`.
          An empty variable counts as not set. `LARDER_NODE_ADDRESS` is the address that others reach this node at; without
          it, the first address of the machine that is not loopback. `LARDER_HOME`, `LARDER_JAVA_OPTS`,
          `LARDER_DEMO_LIB` and `LARDER_DEBUG` belong to the launcher and the commands, and what Kubernetes sets for a Service
          named `larder` is passed over.
        * **Flags**: the key with dashes for dots, and a short form for some. `--flag value` and `--flag=value`.

        Nothing starts as long as anything is wrong. All problems are reported at once, each with its key, where the value
        came from, the reason and a way out; unknown keys, variables and flags are refused, with the nearest known one.
        `larder daemon --print-config` prints what the settings come to and where each came from, as YAML that can be fed
        back in.

        No setting is a secret: credentials of origins come from their own chains (for S3 the AWS default chain), the TLS key
        is named by its file, and an endpoint that carries a password is refused without repeating it.

        Sizes are numbers of bytes with an optional unit: `KiB MiB GiB TiB` (or `Ki Mi Gi Ti`) are powers of 1024, `KB MB GB TB`
        (or `K M G T`) powers of 1000. Rates are sizes per second. Durations are whole numbers with `ms`, `s`, `m`, `h` or `d`.

        | key | flags | value | default | what |
        |---|---|---|---|---|
        %s
        """
        .formatted(rows);
  }

  /// What `larder daemon --print-config` prints.
  static String effective(Values values) {
    StringBuilder out = new StringBuilder("# Effective configuration of larder daemon\n");
    for (Setting<?> setting : Settings.all()) {
      String text = values.text(setting);
      String line = setting.key() + ": " + (setting.isList() ? list(text) : quoted(text));
      // Not set is a comment, since an empty value is refused.
      out.append(text.isEmpty() ? "# " + setting.key() + ":" : line);
      out.append("  # ").append(origin(values, setting)).append('\n');
    }
    return out.toString();
  }

  private static String origin(Values values, Setting<?> setting) {
    boolean derived =
        values.from(setting) instanceof Provenance.Default && !setting.derived().isEmpty();
    return Optional.of(setting.derived())
        .filter(_ -> derived)
        .map(words -> "default: " + words)
        .orElse(values.from(setting).toString());
  }

  private static String list(String text) {
    return Arrays.stream(text.split(","))
        .map(Reference::quoted)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /// Plain where no YAML reader could take it for something else than a string or a number.
  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9/][A-Za-z0-9/._%-]*")
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
