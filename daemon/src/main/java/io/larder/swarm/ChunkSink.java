package io.larder.swarm;

import java.nio.ByteBuffer;

/// Where the chunks of one [PeerClient#read] go. Called by one thread, chunk after chunk in the
/// order asked.
public interface ChunkSink {
  /// The next bytes of a chunk, in order.
  ///
  /// @param bytes valid until the call returns
  void write(ChunkRef chunk, ByteBuffer bytes);

  /// All bytes of the chunk were written.
  void complete(ChunkRef chunk);

  /// The peer does not serve the chunk (any more).
  void missing(ChunkRef chunk);
}
