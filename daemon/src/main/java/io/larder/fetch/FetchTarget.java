package io.larder.fetch;

import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.FileEntry;
import io.larder.content.OriginRef;
import io.larder.origin.Origin;
import java.util.Optional;

/// A blob that is wanted, and where its bytes can come from besides peers.
///
/// @param blob which
/// @param size in bytes
/// @param origin where it can be fetched when no peer has it; empty when only peers can
public record FetchTarget(BlobId blob, long size, Optional<FromOrigin> origin) {
  /// @param origin the adapter
  /// @param file what to open there
  public record FromOrigin(Origin origin, FileEntry file) {}

  /// A file that its origin can be asked for.
  public static FetchTarget of(FileEntry file, Origin origin) {
    return new FetchTarget(file.blob(), file.size(), Optional.of(new FromOrigin(origin, file)));
  }

  /// A blob that only peers can serve.
  public static FetchTarget fromPeers(BlobId blob, long size) {
    return new FetchTarget(blob, size, Optional.empty());
  }

  ChunkPlan plan() {
    return new ChunkPlan(size);
  }

  /// Chunks in an extent: all of them when the origin can only be read from first byte to last.
  int extentChunks() {
    boolean whole =
        origin.isPresent() && origin.get().file().origin().access() == OriginRef.Access.WHOLE;
    return Math.max(1, whole ? plan().chunks() : plan().chunksPerExtent());
  }
}
