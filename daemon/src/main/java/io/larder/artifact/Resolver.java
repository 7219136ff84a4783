package io.larder.artifact;

import io.larder.concurrent.Deadline;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.lease.Decision;
import io.larder.lease.Leases;
import io.larder.origin.Origin;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out what a source stands for: asks the origin, and agrees with the cluster, so that no two
/// nodes run two versions of one source by accident. When the origin is down, what the cluster
/// agreed on before stands. Thread-safe.
final class Resolver {
  private static final Logger log = LoggerFactory.getLogger(Resolver.class);
  private static final Duration ORIGIN = Duration.ofSeconds(60);
  private static final Duration FROM_PEERS = Duration.ofSeconds(15);

  private final Leases leases;
  private final Manifests manifests;
  private final Catalog catalog;
  private final Duration fresh;
  private final Set<Revision> gone = ConcurrentHashMap.newKeySet();

  Resolver(Leases leases, Manifests manifests, Catalog catalog, Duration fresh) {
    this.leases = leases;
    this.manifests = manifests;
    this.catalog = catalog;
    this.fresh = fresh;
  }

  /// @return the manifest of the agreed revision, saved in the store
  Manifest resolve(Source source, Origin origin, Deadline deadline) throws InterruptedException {
    Manifest manifest;
    try {
      manifest = agree(source, listed(source, origin, deadline.atMost(ORIGIN)), deadline);
    } catch (LarderException e) {
      if (e.kind() != ErrorKind.UNAVAILABLE) {
        throw e;
      }
      manifest = known(source, deadline, e);
    }
    manifests.save(manifest);
    return manifest;
  }

  /// The origin no longer has a revision: it is not agreed on again, however fresh the decision for
  /// it is.
  void gone(Revision revision) {
    gone.add(revision);
  }

  private static Manifest listed(Source source, Origin origin, Deadline deadline)
      throws InterruptedException {
    Revision revision = origin.resolve(source, deadline);
    return origin.manifest(revision, deadline);
  }

  private Manifest agree(Source source, Manifest mine, Deadline deadline)
      throws InterruptedException {
    Decision proposal =
        new Decision(source, mine.revision().id(), mine.digest(), mine.encode().length);
    // Saved before it is proposed: whoever hears of the decision may ask this node for the manifest
    // at once.
    manifests.save(mine);
    Optional<Decision> standing = leases.decide(proposal, fresh);
    if (standing.isPresent() && gone.contains(new Revision(source, standing.get().revision()))) {
      standing = leases.decide(proposal, Duration.ZERO);
    }
    if (standing.isEmpty() || standing.get().manifest().equals(proposal.manifest())) {
      return mine;
    }
    try {
      return manifests.fetch(
          standing.get().manifest(), standing.get().manifestSize(), deadline.atMost(FROM_PEERS));
    } catch (LarderException e) {
      // Whoever decided has gone, and with it the only copy of what it decided.
      log.warn(
          "the cluster agreed on revision {} of {} but nobody serves its manifest; proposing {}",
          standing.get().revision(),
          source,
          proposal.revision());
      leases.decide(proposal, Duration.ZERO);
      return mine;
    }
  }

  private Manifest known(Source source, Deadline deadline, LarderException failure)
      throws InterruptedException {
    Optional<Decision> standing = leases.decision(source);
    if (standing.isPresent()) {
      try {
        Manifest manifest =
            manifests.fetch(
                standing.get().manifest(),
                standing.get().manifestSize(),
                deadline.atMost(FROM_PEERS));
        log.warn(
            "{} cannot be asked ({}); using the revision {} that the cluster agreed on before",
            source,
            failure.getMessage(),
            manifest.revision().id());
        return manifest;
      } catch (LarderException e) {
        log.debug("the agreed manifest of {} is not to be had: {}", source, e.getMessage());
      }
    }
    Manifest here =
        catalog
            .latest(source)
            .flatMap(entry -> manifests.load(entry.manifest()))
            .orElseThrow(() -> failure);
    log.warn(
        "{} cannot be asked ({}); using the revision {} that is here",
        source,
        failure.getMessage(),
        here.revision().id());
    return here;
  }
}
