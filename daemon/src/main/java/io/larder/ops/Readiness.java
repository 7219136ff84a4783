package io.larder.ops;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the node can do its work now. Thread-safe; answers at once.
public interface Readiness {
  /// All checks, in a fixed order.
  List<Check> checks();

  /// @param name of what is checked, such as `store`
  /// @param ready whether it is
  /// @param reason why not, and empty when it is
  record Check(String name, boolean ready, String reason) {}

  /// A check to be made.
  ///
  /// @param name of what is checked
  /// @param obstacle why it is not ready; empty when it is. Must not block
  record Probe(String name, Supplier<Optional<String>> obstacle) {}

  /// Makes these checks each time. One that throws counts as not ready.
  static Readiness of(List<Probe> probes) {
    List<Probe> fixed = List.copyOf(probes);
    return () -> fixed.stream().map(Readiness::run).toList();
  }

  private static Check run(Probe probe) {
    try {
      String reason = probe.obstacle().get().orElse("");
      return new Check(probe.name(), reason.isEmpty(), reason);
    } catch (RuntimeException e) {
      Logger log = LoggerFactory.getLogger(Readiness.class);
      log.warn("the readiness check '{}' failed", probe.name(), e);
      return new Check(probe.name(), false, "the check itself failed: " + e.getMessage());
    }
  }
}
