package io.larder.content;

import java.util.regex.Pattern;

/// The name of a node: in Kubernetes the node's name, elsewhere the host's. Also its Raft peer id.
///
/// @param value 1 to 253 characters out of `a-z A-Z 0-9 . _ -`
public record NodeId(String value) implements Comparable<NodeId> {
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,253}");

  public NodeId {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a node id has 1 to 253 letters, digits, dots, dashes or underscores: '" + value + "'");
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
