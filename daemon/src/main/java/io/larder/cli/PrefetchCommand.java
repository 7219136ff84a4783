package io.larder.cli;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "prefetch",
    description = "Lets the daemon start having sources on this node, and does not wait.")
final class PrefetchCommand extends NodeCommand {
  @Parameters(paramLabel = "SOURCE", arity = "0..*", description = "Sources.")
  List<String> sources = new ArrayList<>();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "More sources, one on a line; empty lines and lines with # are passed over; - reads standard input.")
  @Nullable String file;

  PrefetchCommand(Access.Opener opener) {
    super(opener);
  }

  /// An embedded node would end with this command, and the downloads with it.
  @Override
  Access open() {
    return opener().daemon(options);
  }

  @Override
  void run(Access access) {
    List<String> all = new ArrayList<>(sources);
    if (file != null) {
      all.addAll(read(file));
    }
    if (all.isEmpty()) {
      throw new LarderException(
          ErrorKind.INVALID, "there is nothing to prefetch; name sources, or a file with -f");
    }
    access.client().prefetch(all);
    out()
        .println(
            options.json
                ? new Json().put("sources", all)
                : Units.count(all.size(), "source")
                    + " on the way; 'larder ls' shows what is here");
  }

  private List<String> read(String name) {
    try {
      String text =
          name.equals("-")
              ? new String(environment().in().readAllBytes(), StandardCharsets.UTF_8)
              : Files.readString(Path.of(name));
      return text.lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (NoSuchFileException e) {
      throw new LarderException(ErrorKind.NOT_FOUND, "there is no file " + name, e);
    } catch (IOException e) {
      throw new LarderException(ErrorKind.INVALID, "cannot read " + name + " (" + e + ")", e);
    }
  }
}
