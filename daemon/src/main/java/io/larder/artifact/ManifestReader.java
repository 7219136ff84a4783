package io.larder.artifact;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.Manifest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.BlobHandle;
import io.larder.store.BlobReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads manifests that are committed blobs of this node.
final class ManifestReader {
  private ManifestReader() {}

  /// @return empty when the manifest is not here
  static Optional<Manifest> read(BlobReader store, Digest digest) {
    BlobId id = new BlobId.Sha256(digest);
    if (store.find(id).isEmpty()) {
      return Optional.empty();
    }
    Optional<BlobHandle> found = store.open(id);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (BlobHandle handle = found.get()) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(handle.plan().size()));
      while (content.hasRemaining() && handle.channel().read(content, content.position()) >= 0) {}
      return Optional.of(Manifest.decode(content.array()));
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.INTERNAL, "reading the manifest " + digest + " failed: " + e, e);
    }
  }
}
