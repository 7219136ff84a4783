package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Seal;
import java.time.Duration;
import java.util.List;

/// What a [LeaseTable] answers to a [LeaseCommand].
public sealed interface LeaseReply {
  /// Leases, at least one.
  record Granted(List<Grant> grants) implements LeaseReply {}

  /// @param token fencing token, larger than every one before
  record Grant(BlobId blob, int extent, long token) {}

  /// No lease: all that was wanted is complete or leased.
  ///
  /// @param retryAfter until the first of the leases in the way expires; zero when there is none
  record NoneFree(Duration retryAfter) implements LeaseReply {}

  /// The tokens that were still valid; empty for commands without tokens.
  record Accepted(List<Long> tokens) implements LeaseReply {}

  /// The seal that stands.
  record SealStands(Seal seal) implements LeaseReply {}

  /// The decision that stands.
  record DecisionStands(Decision decision) implements LeaseReply {}

  /// The command contradicts what the table knows; nothing was changed.
  ///
  /// @param reason one line, for people
  record Refused(String reason) implements LeaseReply {}
}
