package io.larder.cli;

import io.larder.api.NodeStatus;
import io.larder.artifact.Artifacts;
import java.nio.file.Path;

/// A node inside this process, for a machine without a daemon: the same pipeline and store, but no
/// cluster. Whoever opened it closes it.
public interface EmbeddedNode extends AutoCloseable {
  Artifacts artifacts();

  NodeStatus status();

  @Override
  void close();

  /// Opens embedded nodes.
  interface Factory {
    /// @param store where the node keeps everything; exists. The caller makes sure that no other
    ///   process uses it
    /// @throws io.larder.error.LarderException when the store cannot be opened
    EmbeddedNode open(Path store);
  }
}
