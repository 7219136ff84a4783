package io.larder.lease;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Speaks to a [LeaseTable] that is somewhere else: turns calls into commands and replies into
/// outcomes. A subclass says how a command gets there. Thread-safe when the subclass is.
public abstract class CommandLeases implements Leases {
  private final NodeId self;
  private final Duration ttl;

  /// @param self the node that the leases are for
  /// @param ttl how long a lease stands without renewal
  protected CommandLeases(NodeId self, Duration ttl) {
    this.self = self;
    this.ttl = ttl;
  }

  /// Has a command applied. Bounded in time.
  ///
  /// @return empty when the table cannot be reached
  protected abstract Optional<LeaseReply> submit(LeaseCommand command) throws InterruptedException;

  /// Why the table cannot be reached, for people.
  protected abstract String whyUnavailable();

  @Override
  public LeaseOutcome acquire(LeaseRequest request) throws InterruptedException {
    Optional<LeaseReply> reply =
        submit(
            new LeaseCommand.Acquire(
                self, request.wants(), request.maxExtents(), request.maxBytes(), ttl));
    return switch (reply.orElse(null)) {
      case LeaseReply.Granted(List<LeaseReply.Grant> grants) ->
          new LeaseOutcome.Granted(
              grants.stream()
                  .map(grant -> new Lease(grant.blob(), grant.extent(), grant.token(), ttl))
                  .toList());
      case LeaseReply.NoneFree(Duration retryAfter) -> new LeaseOutcome.HeldByOthers(retryAfter);
      case LeaseReply.Refused(String reason) -> new LeaseOutcome.Unavailable(reason);
      case null, default -> new LeaseOutcome.Unavailable(whyUnavailable());
    };
  }

  @Override
  public List<Lease> renew(Collection<Lease> leases) throws InterruptedException {
    return leases.isEmpty()
        ? List.of()
        : accepted(leases, submit(new LeaseCommand.Renew(self, tokens(leases), ttl)));
  }

  @Override
  public List<Lease> complete(Map<Lease, List<Digest>> fetched) throws InterruptedException {
    if (fetched.isEmpty()) {
      return List.of();
    }
    List<LeaseCommand.Completion> completions = new ArrayList<>(fetched.size());
    fetched.forEach(
        (lease, digests) ->
            completions.add(
                new LeaseCommand.Completion(
                    lease.blob(), lease.extent(), lease.token(), List.copyOf(digests))));
    return accepted(fetched.keySet(), submit(new LeaseCommand.Complete(self, completions)));
  }

  @Override
  public void release(Collection<Lease> leases) throws InterruptedException {
    if (!leases.isEmpty()) {
      submit(new LeaseCommand.Release(self, tokens(leases)));
    }
  }

  @Override
  public Optional<Seal> seal(BlobId blob, long size, Seal seal) throws InterruptedException {
    return submit(new LeaseCommand.SealBlob(self, blob, size, seal))
        .map(reply -> reply instanceof LeaseReply.SealStands(Seal stands) ? stands : null);
  }

  @Override
  public void discard(BlobId blob) throws InterruptedException {
    submit(new LeaseCommand.Discard(self, blob));
  }

  @Override
  public void reopen(BlobId blob, IndexSet extents, long version) throws InterruptedException {
    submit(new LeaseCommand.Reopen(self, blob, extents, version));
  }

  @Override
  public Optional<Decision> decide(Decision proposal, Duration fresh) throws InterruptedException {
    return submit(new LeaseCommand.Decide(self, proposal, fresh))
        .map(reply -> reply instanceof LeaseReply.DecisionStands(Decision stands) ? stands : null);
  }

  private static List<Long> tokens(Collection<Lease> leases) {
    return leases.stream().map(Lease::token).toList();
  }

  private static List<Lease> accepted(Collection<Lease> leases, Optional<LeaseReply> reply) {
    if (reply.isEmpty() || !(reply.get() instanceof LeaseReply.Accepted(List<Long> tokens))) {
      return List.of();
    }
    Set<Long> valid = new HashSet<>(tokens);
    return leases.stream().filter(lease -> valid.contains(lease.token())).toList();
  }
}
