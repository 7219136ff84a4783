package io.larder.swarm;

import io.larder.content.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who is in the cluster, from heartbeats. Thread-safe.
public interface Membership {
  NodeInfo self();

  /// All members that were heard of lately, with this node.
  List<Member> members();

  /// A member that was heard of lately.
  Optional<NodeInfo> find(NodeId id);

  /// The coordinator (Raft leader) as far as this node or its peers know.
  Optional<NodeId> coordinator();

  /// Voters as far as this node or its peers know.
  List<NodeInfo> voters();

  /// @param node who
  /// @param age since it was last known alive; zero for this node
  record Member(NodeInfo node, Duration age) {}
}
