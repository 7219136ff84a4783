package io.larder.cli;

import io.larder.client.LarderClientException;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Tells people and scripts what went wrong, and gives the exit code.
final class Errors {
  /// Of anything that is no failure of a known kind.
  private static final int UNEXPECTED = 1;

  private static final int INTERRUPTED = 130;

  private final Environment environment;

  Errors(Environment environment) {
    this.environment = environment;
  }

  /// @param arguments of the command that failed
  /// @return the exit code
  int tell(Exception failure, List<String> arguments) {
    Told told = told(failure);
    PrintStream err = environment.err();
    if (arguments.contains("--verbose") || !environment.variable("LARDER_DEBUG").isEmpty()) {
      failure.printStackTrace(err);
    }
    if (arguments.contains("--json")) {
      Json error =
          new Json()
              .put("kind", told.kind)
              .put("exitCode", told.exitCode)
              .put("message", told.message);
      err.println(new Json().put("error", error));
    } else {
      err.println("larder: " + told.message);
      if (failure instanceof ParameterException usage) {
        advise(usage);
      }
    }
    return told.exitCode;
  }

  private record Told(String kind, int exitCode, String message) {
    static Told of(ErrorKind kind, Exception failure) {
      return new Told(kind.name(), kind.exitCode(), String.valueOf(failure.getMessage()));
    }
  }

  private static Told told(Exception failure) {
    if (failure instanceof InterruptedException
        || failure.getCause() instanceof InterruptedException) {
      return new Told("INTERRUPTED", INTERRUPTED, "interrupted");
    }
    return switch (failure) {
      case LarderException known -> Told.of(known.kind(), known);
      case LarderClientException known -> Told.of(ErrorKind.valueOf(known.kind().name()), known);
      case UnmatchedArgumentException unknown when isCommand(unknown) ->
          new Told(ErrorKind.INVALID.name(), ErrorKind.INVALID.exitCode(), noCommand(unknown));
      case ParameterException usage -> Told.of(ErrorKind.INVALID, usage);
      default ->
          new Told(
              "UNEXPECTED",
              UNEXPECTED,
              "unexpected failure: " + failure + "; --verbose shows where it comes from");
    };
  }

  private static boolean isCommand(UnmatchedArgumentException unknown) {
    return unknown.getCommandLine().getParent() == null
        && !unknown.getUnmatched().getFirst().startsWith("-");
  }

  private static String noCommand(UnmatchedArgumentException unknown) {
    String word = unknown.getUnmatched().getFirst();
    Set<String> commands = unknown.getCommandLine().getSubcommands().keySet();
    List<String> near = Spelling.near(word, commands);
    return "there is no command '"
        + word
        + "'"
        + (near.isEmpty() ? "" : "; did you mean 'larder " + near.getFirst() + "'?");
  }

  private void advise(ParameterException usage) {
    CommandLine command = usage.getCommandLine();
    if (!(usage instanceof UnmatchedArgumentException unknown && isCommand(unknown))) {
      // Of options with a name like the unknown one, if there are any.
      PrintWriter err = command.getErr();
      var ignored = UnmatchedArgumentException.printSuggestions(usage, err);
      err.flush();
    }
    environment
        .err()
        .println("'" + command.getCommandSpec().qualifiedName() + " --help' tells more");
  }
}
