package io.larder.swarm;

import io.larder.content.BlobId;
import io.larder.content.NodeId;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Which nodes hold or want which blobs: the coordinator's tracker, as seen from this node. Soft
/// state: the directory announces again by itself after a change of coordinator. Thread-safe; never
/// blocks for longer than a call to one peer may take, and answers with what it can reach.
public interface PeerDirectory {
  /// Nodes, apart from this one, that hold or want each blob; near ones first, a bounded sample.
  Map<BlobId, List<NodeId>> lookup(Collection<BlobId> blobs);

  /// This node holds or wants these blobs.
  void advertise(Collection<BlobId> blobs);

  /// This node no longer does.
  void withdraw(Collection<BlobId> blobs);
}
