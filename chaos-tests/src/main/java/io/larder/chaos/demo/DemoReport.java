package io.larder.chaos.demo;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the demo found.
///
/// @param nodes one each
/// @param modelBytes size of the model
/// @param originBytes content that the relay in front of the origin passed on, to all nodes
///   together
/// @param verified whether the whole proof holds
/// @param seconds from the first request to the last node's path
/// @param warmMillis of the first request to a daemon that was killed and started again
record DemoReport(
    List<NodeResult> nodes,
    long modelBytes,
    long originBytes,
    boolean verified,
    double seconds,
    double warmMillis) {

  /// How one node was served.
  ///
  /// @param id of the node
  /// @param seconds until it had the path
  /// @param originBytes that it says it fetched from the origin
  /// @param peerBytes that it says it fetched from peers
  /// @param path where the model is
  record NodeResult(String id, double seconds, long originBytes, long peerBytes, Path path) {}

  long peerBytes() {
    return nodes.stream().mapToLong(NodeResult::peerBytes).sum();
  }

  /// The JSON object's fields, in order.
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("nodes", nodes.size());
    fields.put("modelBytes", modelBytes);
    fields.put("originBytes", originBytes);
    fields.put("peerBytes", peerBytes());
    fields.put("verified", verified);
    fields.put("seconds", Math.round(seconds * 1000) / 1000.0);
    fields.put("warmMillis", Math.round(warmMillis * 100) / 100.0);
    fields.put("paths", nodes.stream().map(node -> node.path().toString()).toList());
    return fields;
  }
}
