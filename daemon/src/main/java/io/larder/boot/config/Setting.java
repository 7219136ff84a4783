package io.larder.boot.config;

import java.util.List;
import java.util.Locale;

/// A row of the table of settings: everything that the file, the environment, the flags, the help
/// and the reference page need to know about one key.
///
/// @param key in the file, with dots
/// @param syntax of its values
/// @param standard the value when nobody sets it; empty when there is none or it is derived
/// @param derived says in words what an empty `standard` comes to; empty when it means "not set"
/// @param flag short form without dashes, in addition to the key's own; empty when there is none
/// @param help one or two sentences
/// @param <T> what the daemon sees
record Setting<T>(
    String key, Syntax<T> syntax, String standard, String derived, String flag, String help) {

  static <T> Setting<T> of(String key, Syntax<T> syntax, String standard, String help) {
    return new Setting<>(key, syntax, standard, "", "", help);
  }

  Setting<T> derived(String words) {
    return new Setting<>(key, syntax, standard, words, flag, help);
  }

  Setting<T> flag(String shorter) {
    return new Setting<>(key, syntax, standard, derived, shorter, help);
  }

  /// Its environment variable.
  String variable() {
    return "LARDER_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /// Its flags with dashes, the one to show first.
  List<String> flags() {
    String own = "--" + key.replace('.', '-');
    return flag.isEmpty() ? List.of(own) : List.of("--" + flag, own);
  }

  /// Whether the flag alone means true.
  boolean isSwitch() {
    return syntax.placeholder().equals("true|false");
  }

  /// Whether it may be given several times.
  boolean isList() {
    return syntax.placeholder().endsWith(",...");
  }

  /// The default in words.
  String defaultText() {
    if (!derived.isEmpty()) {
      return derived;
    }
    return standard.isEmpty() ? "not set" : standard;
  }
}
