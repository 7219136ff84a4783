package io.larder.store;

/// What came of asking for space.
public sealed interface ReservationOutcome {
  record Reserved(Reservation reservation) implements ReservationOutcome {}

  /// Nothing was reserved.
  ///
  /// @param wanted bytes that were asked for and are not here yet
  /// @param free bytes that are neither used nor reserved (of the budget, or of the disk when that
  ///   is less)
  /// @param capacity the budget in bytes
  record Short(long wanted, long free, long capacity) implements ReservationOutcome {}
}
