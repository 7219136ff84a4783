package io.larder.chaos.demo;

import io.larder.chaos.cluster.OriginRelay;
import io.larder.chaos.cluster.SampleModel;
import io.larder.chaos.demo.DemoModel.Thoughts;
import io.larder.chaos.demo.DemoReport.NodeResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Checks what the demo claims, line by line.
final class Proof {
  /// Beyond this much over one, the origin was asked for something twice.
  private static final double ONCE = 1.005;

  private final Screen screen;
  private boolean holds = true;

  Proof(Screen screen) {
    this.screen = screen;
    screen.line("  " + screen.bold("Proof"));
  }

  /// Whether everything that was checked is so.
  boolean holds() {
    return holds;
  }

  /// The origin sent each byte once.
  void once(long sent, long size, List<NodeResult> results) {
    double times = sent / (double) size;
    long claimed = results.stream().mapToLong(NodeResult::originBytes).sum();
    boolean good = times <= ONCE && sent >= size;
    proof(
        good,
        String.format(
            Locale.ROOT,
            "the origin sent %,d bytes = %.2f x the model (counted at the origin; the nodes say %,d)",
            sent,
            times,
            claimed));
  }

  /// All nodes have what the origin has.
  void equal(SampleModel model, List<NodeResult> results) {
    List<String> different =
        results.stream().filter(node -> !model.sameAs(node.path())).map(NodeResult::id).toList();
    proof(
        different.isEmpty(),
        different.isEmpty()
            ? "every file has the SHA-256 of the original, "
                + model.sha256().size()
                + " files on each of "
                + DemoRun.nodes(results.size())
            : "the files differ from the original on " + String.join(", ", different));
  }

  /// The model does the same wherever it lies.
  void runs(DemoModel kind, SampleModel model, List<NodeResult> results) {
    Optional<Thoughts> original = kind.think(model.folder());
    if (original.isEmpty()) {
      return;
    }
    Thoughts wanted = original.get();
    boolean good =
        results.stream()
            .allMatch(node -> kind.think(node.path()).filter(wanted::sameAs).isPresent());
    if (!good) {
      proof(
          false,
          "ONNX Runtime computes something else from an exposed path than from the original");
      return;
    }
    proof(true, "ONNX Runtime runs the model from each path, and all find the same:");
    like(wanted.near(), DemoModel.Sentences.SENTENCES.get(1));
    like(wanted.far(), DemoModel.Sentences.SENTENCES.get(2));
  }

  private void like(double similarity, String other) {
    screen.line(
        String.format(
            Locale.ROOT,
            "      %5.2f  \"%s\" and \"%s\"",
            similarity,
            DemoModel.Sentences.SENTENCES.getFirst(),
            other));
  }

  /// A node that came back needs nothing from the origin.
  void warm(String node, OriginRelay relay, long originBytes, double warmMillis) {
    long more = relay.objectBytes() - originBytes;
    boolean good = more == 0;
    proof(
        good,
        String.format(
            Locale.ROOT,
            "%s was killed with -9 and started again: the next get took %.0f ms and %,d bytes of the"
                + " origin",
            node,
            warmMillis,
            more));
  }

  private void proof(boolean good, String text) {
    holds &= good;
    screen.settle("  " + screen.mark(good) + " " + text);
  }
}
