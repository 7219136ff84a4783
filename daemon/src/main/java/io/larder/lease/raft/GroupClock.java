package io.larder.lease.raft;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The time that a leader stamps on commands: the wall clock's at the moment it began to lead, or
/// the table's where that is later, and from there on as much more as the monotonic clock says. A
/// wall clock that is set while a node leads, and leaders whose clocks differ, neither end leases
/// early in bulk nor keep them from ending. Not thread-safe.
final class GroupClock {
  private final InstantSource wall;
  private final LongSupplier nanos;
  private boolean leading;
  private long anchorMillis;
  private long anchorNanos;

  GroupClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
  }

  /// A new leadership begins.
  void restart() {
    leading = false;
  }

  /// @param tableMillis the time that the table has reached
  long stamp(long tableMillis) {
    if (!leading) {
      leading = true;
      anchorMillis = Math.max(wall.millis(), tableMillis);
      anchorNanos = nanos.getAsLong();
    }
    return anchorMillis + (nanos.getAsLong() - anchorNanos) / 1_000_000;
  }
}
