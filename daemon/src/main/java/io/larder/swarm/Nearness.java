package io.larder.swarm;

/// How near two members are, from their topology labels. Empty labels say nothing.
public enum Nearness {
  /// Same zone and same rack.
  RACK,
  /// Same zone.
  ZONE,
  FAR;

  /// Symmetric.
  public static Nearness of(NodeInfo one, NodeInfo other) {
    if (one.zone().isEmpty() || !one.zone().equals(other.zone())) {
      // Racks are named within a zone; without zones they stand alone.
      boolean sameRack =
          one.zone().isEmpty()
              && other.zone().isEmpty()
              && !one.rack().isEmpty()
              && one.rack().equals(other.rack());
      return sameRack ? RACK : FAR;
    }
    return !one.rack().isEmpty() && one.rack().equals(other.rack()) ? RACK : ZONE;
  }
}
