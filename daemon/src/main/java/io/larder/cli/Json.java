package io.larder.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON object under construction, with its fields in order. Written by hand because loading a
/// JSON library would take longer than most commands do. Not thread-safe.
final class Json {
  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  /// @param value text, a number, a truth, null, [Json], a list of these, or a path or moment
  Json put(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  /// On one line, as [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) has it.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, this);
    return text.toString();
  }

  private static void append(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Json object -> {
        char before = '{';
        for (Map.Entry<String, @Nullable Object> field : object.fields.entrySet()) {
          quote(text.append(before), field.getKey());
          append(text.append(':'), field.getValue());
          before = ',';
        }
        text.append(before == '{' ? "{}" : "}");
      }
      case List<?> list -> {
        char before = '[';
        for (Object element : list) {
          append(text.append(before), element);
          before = ',';
        }
        text.append(before == '[' ? "[]" : "]");
      }
      case Long number -> text.append(number);
      case Integer number -> text.append(number);
      case Double number -> text.append(Double.isFinite(number) ? number : null);
      case Boolean truth -> text.append(truth);
      case String string -> quote(text, string);
      case Path path -> quote(text, path.toString());
      case Instant moment -> quote(text, moment.toString());
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void quote(StringBuilder text, String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c) && !isPaired(string, i)) {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isPaired(String string, int i) {
    return Character.isHighSurrogate(string.charAt(i))
        ? i + 1 < string.length() && Character.isLowSurrogate(string.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(string.charAt(i - 1));
  }
}
