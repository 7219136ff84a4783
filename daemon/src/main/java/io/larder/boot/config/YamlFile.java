package io.larder.boot.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads a YAML file into assignments. Groups may be nested (`store: {capacity: 80%}`) or dotted
/// (`store.capacity: 80%`). Works on the composed nodes, which know their lines, and takes scalars
/// as they are written, so that YAML's guesses about types (`on`, `1e3`) change nothing.
final class YamlFile {
  /// Deeper than any key; stops at anchors that contain themselves.
  private static final int DEEPEST = 4;

  private final Path file;
  private final List<Problem> problems;
  private final Map<String, Setting<?>> known = Settings.byKey();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final List<Assignment> assignments = new ArrayList<>();

  private YamlFile(Path file, List<Problem> problems) {
    this.file = file;
    this.problems = problems;
  }

  /// @param problems gets what is wrong
  static List<Assignment> read(Path file, List<Problem> problems) {
    YamlFile yaml = new YamlFile(file, problems);
    yaml.read();
    return yaml.assignments;
  }

  private void read() {
    try {
      String text = Files.readString(file);
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setAllowNonScalarKeys(true).build();
      Optional<Node> root = new Compose(settings).composeString(text);
      root.filter(node -> !isNull(node)).ifPresent(node -> group("", node, 0));
    } catch (MarkedYamlEngineException e) {
      Provenance at = e.getProblemMark().<Provenance>map(this::at).orElse(whole());
      problem("file", at, "it is not YAML: " + e.getProblem(), "correct the line");
    } catch (YamlEngineException e) {
      problem("file", whole(), "it is not YAML: " + e.getMessage(), "correct the file");
    } catch (NoSuchFileException e) {
      problem("file", whole(), "it does not exist", "create it or name another with --config");
    } catch (CharacterCodingException e) {
      problem("file", whole(), "it is not text in UTF-8", "save it as UTF-8");
    } catch (IOException e) {
      problem(
          "file",
          whole(),
          "it cannot be read (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ")",
          "check its owner and mode");
    }
  }

  private void group(String prefix, Node node, int depth) {
    if (!(node instanceof MappingNode mapping)) {
      problem(
          prefix.isEmpty() ? "file" : prefix,
          at(node),
          "keys and values are expected here",
          "write for example 'store.capacity: 80%'");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        problem(prefix, at(tuple.getKeyNode()), "a key is not a word", "write plain keys");
        continue;
      }
      String key = prefix.isEmpty() ? name.getValue() : prefix + "." + name.getValue();
      entry(key, name, tuple.getValueNode(), depth);
    }
  }

  private void entry(String key, ScalarNode name, Node value, int depth) {
    Setting<?> setting = known.get(key);
    boolean isGroup = known.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
    if (setting != null) {
      assign(setting, name, value);
    } else if (isGroup && value instanceof MappingNode && depth < DEEPEST) {
      group(key, value, depth + 1);
    } else if (isGroup && isNull(value)) {
      // A group whose settings are all commented out.
      lines.putIfAbsent(key, line(name));
    } else if (isGroup) {
      List<String> inside =
          known.keySet().stream().filter(other -> other.startsWith(key + ".")).toList();
      problem(
          key, at(name), "it is a group of settings", "set one of " + String.join(", ", inside));
    } else {
      problem(
          key,
          at(name),
          "there is no such key",
          Nearest.of(key, known.keySet())
              .map(near -> "did you mean '" + near + "'?")
              .orElse("'larder daemon --help' lists all keys"));
    }
  }

  private void assign(Setting<?> setting, ScalarNode name, Node value) {
    Integer before = lines.putIfAbsent(setting.key(), line(name));
    if (before != null) {
      problem(setting.key(), at(name), "it is already set in line " + before, "keep one of them");
      return;
    }
    if (isNull(value)) {
      problem(setting.key(), at(name), "it has no value", "give it one or remove the line");
      return;
    }
    Optional<String> text = text(setting, value);
    if (text.isEmpty()) {
      problem(
          setting.key(),
          at(value),
          setting.isList() ? "its value is not a list of words" : "its value is not a single word",
          "write for example '" + setting.key() + ": " + setting.syntax().example() + "'");
      return;
    }
    assignments.add(new Assignment(setting, text.get(), at(name)));
  }

  private static Optional<String> text(Setting<?> setting, Node value) {
    if (value instanceof ScalarNode scalar) {
      return Optional.of(scalar.getValue());
    }
    if (setting.isList()
        && value instanceof SequenceNode sequence
        && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
      List<String> items =
          sequence.getValue().stream().map(item -> ((ScalarNode) item).getValue()).toList();
      return Optional.of(String.join(",", items));
    }
    return Optional.empty();
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private Provenance at(Node node) {
    return node.getStartMark().<Provenance>map(this::at).orElse(whole());
  }

  private Provenance at(Mark mark) {
    return new Provenance.Line(file, mark.getLine() + 1);
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private Provenance whole() {
    return new Provenance.WholeFile(file);
  }

  private void problem(String key, Provenance from, String reason, String wayOut) {
    problems.add(new Problem(key, from, reason, wayOut));
  }
}
