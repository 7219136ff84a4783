package io.larder.artifact;

import io.larder.content.Source;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class InMemoryArtifactsTest extends ArtifactsContract {
  private static final AtomicInteger SOURCES = new AtomicInteger();

  @TempDir Path directory;
  private InMemoryArtifacts artifacts;

  @BeforeEach
  void prepare() {
    artifacts = new InMemoryArtifacts(directory);
  }

  @Override
  protected Artifacts artifacts() {
    return artifacts;
  }

  @Override
  protected Source offer(Map<String, String> files) {
    return artifacts.offer("s3://contract/" + SOURCES.incrementAndGet() + "/", files);
  }

  @Override
  protected Source missing() {
    return Source.parse("s3://contract/missing/");
  }
}
