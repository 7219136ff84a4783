package io.larder.ops;

import io.larder.artifact.Artifact;
import io.larder.artifact.Artifacts;
import io.larder.concurrent.Deadline;
import io.larder.content.Source;
import io.larder.error.LarderException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Artifacts whose [#ensure] is timed. Thread-safe.
public final class MeteredArtifacts implements Artifacts {
  private final Artifacts artifacts;
  private final Metrics metrics;

  public MeteredArtifacts(Artifacts artifacts, Metrics metrics) {
    this.artifacts = artifacts;
    this.metrics = metrics;
  }

  @Override
  public Artifact ensure(
      Source source, Optional<String> pinOwner, Watcher watcher, Deadline deadline)
      throws InterruptedException {
    long start = System.nanoTime();
    String outcome = "interrupted";
    try {
      Artifact artifact = artifacts.ensure(source, pinOwner, watcher, deadline);
      outcome = "ok";
      return artifact;
    } catch (LarderException e) {
      outcome = e.kind().name().toLowerCase(Locale.ROOT);
      throw e;
    } catch (RuntimeException e) {
      outcome = "internal";
      throw e;
    } finally {
      metrics.ensured(outcome, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  @Override
  public void prefetch(Source source) {
    artifacts.prefetch(source);
  }

  @Override
  public List<Artifact> list() {
    return artifacts.list();
  }

  @Override
  public Details stat(Source source) {
    return artifacts.stat(source);
  }

  @Override
  public Artifact pin(Source source, String owner) {
    return artifacts.pin(source, owner);
  }

  @Override
  public Artifact unpin(Source source, String owner) {
    return artifacts.unpin(source, owner);
  }

  @Override
  public long remove(Source source) {
    return artifacts.remove(source);
  }
}
