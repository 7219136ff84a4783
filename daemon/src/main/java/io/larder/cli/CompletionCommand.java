package io.larder.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Prints a script that completes this command in a shell.",
    footer = {
      "",
      "Examples:",
      "  source <(larder completion bash)                # this shell",
      "  larder completion zsh > ~/.larder-completion    # and 'source' it in ~/.zshrc"
    })
final class CompletionCommand implements Callable<Integer> {
  /// picocli's script serves both: in zsh it loads zsh's emulation of bash completion.
  enum Shell {
    bash,
    zsh
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Shell shell = Shell.bash;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  boolean help;

  @Spec CommandSpec spec = CommandSpec.create();

  private final Environment environment;

  CompletionCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    environment.out().print(AutoComplete.bash("larder", spec.root().commandLine()));
    environment.out().flush();
    return 0;
  }
}
