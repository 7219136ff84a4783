package io.larder.swarm;

import io.larder.content.NodeId;

/// Hears what moves between this node and its peers, for metrics. Called on hot paths by many
/// threads at once: implementations are thread-safe and fast, and do not throw.
public interface PeerMeter {
  /// Bytes of chunks went out to a peer. The name is what the peer says of itself.
  void sent(NodeId peer, long bytes);

  /// Bytes of chunks came in from a peer.
  void received(NodeId peer, long bytes);

  /// An upload stream began (+1) or ended (-1).
  void uploads(int change);

  /// A download stream began (+1) or ended (-1).
  void downloads(int change);

  /// Listens to nothing.
  static PeerMeter none() {
    return new PeerMeter() {
      @Override
      public void sent(NodeId peer, long bytes) {}

      @Override
      public void received(NodeId peer, long bytes) {}

      @Override
      public void uploads(int change) {}

      @Override
      public void downloads(int change) {}
    };
  }
}
