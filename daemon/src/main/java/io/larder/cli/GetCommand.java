package io.larder.cli;

import io.larder.client.Artifact;
import io.larder.client.Ensure;
import io.larder.client.EnsureRequest;
import io.larder.client.Progress;
import io.larder.concurrent.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "get",
    description = {
      "Has a source on this node and prints its path.",
      "The path is all that is printed on standard output; progress goes to standard error."
    },
    footer = {
      "",
      "Examples:",
      "  larder get s3://models/llama-3-8b/",
      "  MODEL=$(larder get --quiet https://example.com/model.onnx)",
      "  larder get --pin training-7 --timeout 30m file:///mnt/nfs/model"
    })
final class GetCommand extends NodeCommand {
  private static final long REDRAW_MILLIS = 200;

  /// Unless the user says otherwise.
  private static final Duration LONGEST_WAIT = Duration.ofHours(24);

  @Parameters(paramLabel = "SOURCE", description = "A URI: s3://…, https://…, http://…, file:///…")
  String source = "";

  @Option(
      names = "--pin",
      paramLabel = "OWNER",
      description = "Also pin it, so that it stays until 'larder unpin --owner OWNER'.")
  @Nullable String pin;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description =
          "Give up after this time, such as 30s or 1h30m. Default: 24h. What has arrived stays.")
  Duration timeout = LONGEST_WAIT;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  boolean quiet;

  private final long start = System.nanoTime();
  private Deadline deadline = Deadline.after(LONGEST_WAIT);

  GetCommand(Access.Opener opener) {
    super(opener);
  }

  @Override
  Access open() throws InterruptedException {
    deadline = Deadline.after(timeout);
    return opener().node(options, timeout);
  }

  @Override
  void run(Access access) throws InterruptedException {
    deadline.check(source);
    EnsureRequest request = EnsureRequest.of(source).within(deadline.left());
    if (pin != null) {
      request = request.pinnedBy(pin);
    }
    Artifact artifact;
    try (Ensure ensure = access.client().ensure(request)) {
      boolean silent = quiet || options.json;
      try (ProgressView view = ProgressView.of(environment(), source, silent)) {
        watch(ensure, view);
      }
      artifact = ensure.await();
      if (!silent) {
        summarize(artifact.fetched());
      }
    }
    out()
        .println(
            options.json
                ? Answers.artifact(artifact)
                    .put("fetched", Answers.fetched(artifact.fetched()))
                    .put("seconds", seconds())
                    .put("embedded", access.isEmbedded())
                : artifact.path());
  }

  private static void watch(Ensure ensure, ProgressView view) throws InterruptedException {
    CompletableFuture<Artifact> result = ensure.toCompletableFuture();
    while (true) {
      try {
        var ignored = result.get(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        view.show(ensure.progress(), System.nanoTime());
      } catch (ExecutionException e) {
        return; // told by await, with its reason
      }
    }
  }

  private void summarize(Progress served) {
    if (served.originBytes() + served.peerBytes() == 0) {
      return;
    }
    environment()
        .err()
        .printf(
            "larder: %s in %s: %s from the origin, %s from peers, %s already here%n",
            Units.bytes(served.totalBytes()),
            Units.duration(Duration.ofNanos(System.nanoTime() - start)),
            Units.bytes(served.originBytes()),
            Units.bytes(served.peerBytes()),
            Units.bytes(served.presentBytes()));
  }

  private double seconds() {
    return Math.round((System.nanoTime() - start) / 1e6) / 1e3;
  }
}
