package io.larder.boot.config;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.List;
import java.util.stream.Collectors;

/// What came of reading the configuration.
public sealed interface LoadOutcome {
  /// Everything is in order.
  record Loaded(Configuration configuration) implements LoadOutcome {}

  /// Something is wrong.
  ///
  /// @param problems all of them, never empty
  record Refused(List<Problem> problems) implements LoadOutcome {
    public Refused {
      problems = List.copyOf(problems);
    }

    /// One line per problem, with a headline.
    public String text() {
      String head =
          problems.size() == 1
              ? "the configuration has a problem:"
              : "the configuration has " + problems.size() + " problems:";
      return problems.stream()
          .map(problem -> "  " + problem)
          .collect(Collectors.joining("\n", head + "\n", ""));
    }
  }

  /// Help or the effective configuration was asked for: print it and stop, successfully.
  ///
  /// @param text ends with a line break
  record Shown(String text) implements LoadOutcome {}

  /// The configuration, for callers that know that nothing was asked to be shown.
  ///
  /// @throws LarderException INVALID with all problems when it was refused
  default Configuration orThrow() {
    return switch (this) {
      case Loaded(Configuration configuration) -> configuration;
      case Refused refused -> throw new LarderException(ErrorKind.INVALID, refused.text());
      case Shown _ ->
          throw new LarderException(
              ErrorKind.INVALID, "--help and --print-config start nothing; leave them out");
    };
  }
}
