package io.larder.boot.config;

import java.nio.file.Path;

/// Where a value came from.
public sealed interface Provenance {
  /// Nobody set it.
  record Default() implements Provenance {
    @Override
    public String toString() {
      return "default";
    }
  }

  /// @param line counted from 1
  record Line(Path file, int line) implements Provenance {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /// A whole file, such as one that cannot be read.
  record WholeFile(Path file) implements Provenance {
    @Override
    public String toString() {
      return file.toString();
    }
  }

  record Variable(String name) implements Provenance {
    @Override
    public String toString() {
      return "environment variable " + name;
    }
  }

  /// @param name with its dashes
  record Flag(String name) implements Provenance {
    @Override
    public String toString() {
      return "flag " + name;
    }
  }
}
