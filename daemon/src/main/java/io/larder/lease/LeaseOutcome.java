package io.larder.lease;

import java.time.Duration;
import java.util.List;

/// What came of asking for leases.
public sealed interface LeaseOutcome {
  /// At least one lease.
  record Granted(List<Lease> leases) implements LeaseOutcome {}

  /// All that was wanted is complete or held by others.
  ///
  /// @param retryAfter when the first of the leases in the way expires; zero when all that was
  ///   wanted is complete already
  record HeldByOthers(Duration retryAfter) implements LeaseOutcome {}

  /// The group cannot be reached or has no quorum: fetch uncoordinated.
  record Unavailable(String reason) implements LeaseOutcome {}
}
