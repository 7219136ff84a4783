package io.larder.fetch;

/// Counts what is fetched. Thread-safe; never blocks.
public interface FetchMeter {
  /// Verified bytes that came from an origin.
  void fromOrigin(long bytes);

  /// Verified bytes that came from a peer.
  void fromPeer(long bytes);

  /// A chunk whose digest was wrong.
  void corruptChunk();

  /// A request that had to go on without the Raft group.
  void uncoordinated();

  /// Counts nothing.
  FetchMeter NONE =
      new FetchMeter() {
        @Override
        public void fromOrigin(long bytes) {}

        @Override
        public void fromPeer(long bytes) {}

        @Override
        public void corruptChunk() {}

        @Override
        public void uncoordinated() {}
      };
}
