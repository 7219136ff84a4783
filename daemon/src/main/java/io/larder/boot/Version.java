package io.larder.boot;

import java.util.Optional;

/// The version of this program.
final class Version {
  private Version() {}

  /// From the jar's manifest; classes run from a folder have none.
  static String current() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
