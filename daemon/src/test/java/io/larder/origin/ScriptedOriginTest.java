package io.larder.origin;

import io.larder.content.Source;
import java.util.Map;

class ScriptedOriginTest extends DirectoryOriginContract {
  private final ScriptedOrigin origin = new ScriptedOrigin("test");

  /// The fake holds the content too, so it is never another node; forgetting is what matters.
  @Override
  protected Origin fresh() {
    return origin.forgetful();
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    return origin.putFile(name, content).source(name);
  }

  @Override
  protected void removeFile(String name) {
    origin.remove(name);
  }

  @Override
  protected Source putDirectory(String name, Map<String, byte[]> files) {
    files.forEach((path, content) -> origin.put(name, path, content));
    return origin.source(name);
  }
}
