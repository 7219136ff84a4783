package io.larder.artifact;

import io.larder.artifact.Progress.Phase;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.concurrent.SingleFlight;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.evict.EvictionPolicy;
import io.larder.evict.Evictor;
import io.larder.expose.Exposer;
import io.larder.expose.Pins;
import io.larder.fetch.FetchTarget;
import io.larder.fetch.Fetcher;
import io.larder.lease.Leases;
import io.larder.origin.Origin;
import io.larder.origin.Origins;
import io.larder.store.ContentStore;
import io.larder.store.Records;
import io.larder.store.Reservation;
import io.larder.swarm.PeerDirectory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pipeline: source, revision, manifest, missing blobs, reservation, fetch, commit, snapshot,
/// path. Thread-safe. Closing interrupts what is under way; verified chunks stay for the next
/// attempt.
public final class ArtifactService implements Artifacts, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ArtifactService.class);
  private static final Duration PREFETCH_DEADLINE = Duration.ofDays(1);

  private final Origins origins;
  private final ContentStore store;
  private final Fetcher fetcher;
  private final Evictor evictor;
  private final Resolver resolver;
  private final Catalog catalog;
  private final Shelf shelf;
  private final Duration fresh;
  private final InstantSource clock;
  private final SingleFlight<Source, Artifact> downloads = new SingleFlight<>("artifact");
  private final Map<Source, Flight> flights = new ConcurrentHashMap<>();
  private final Scope prefetches = Scope.open("prefetch");

  /// @param origins by scheme
  /// @param store blobs
  /// @param records what is kept about artifacts and pins
  /// @param exposer makes trees
  /// @param fetcher fills blobs
  /// @param leases agrees on revisions
  /// @param directory is told what this node no longer holds
  /// @param fresh how long a source is taken to stand for the revision it last did, without asking
  ///   again
  /// @param evictedBytes is told how much each eviction gave back
  /// @param clock wall clock
  public ArtifactService(
      Origins origins,
      ContentStore store,
      Records records,
      Exposer exposer,
      Fetcher fetcher,
      Leases leases,
      PeerDirectory directory,
      Duration fresh,
      LongConsumer evictedBytes,
      InstantSource clock) {
    this.origins = origins;
    this.store = store;
    this.fetcher = fetcher;
    this.fresh = fresh;
    this.clock = clock;
    this.catalog = new Catalog(records, clock);
    this.shelf = new Shelf(store, exposer, new Pins(records), catalog, directory, clock);
    this.evictor = new Evictor(store, shelf, EvictionPolicy.LEAST_RECENTLY_USED, evictedBytes);
    this.resolver =
        new Resolver(leases, new Manifests(store, evictor, fetcher, directory), catalog, fresh);
  }

  @Override
  public Artifact ensure(
      Source source, Optional<String> pinOwner, Watcher watcher, Deadline deadline)
      throws InterruptedException {
    origins.find(source);
    while (true) {
      Optional<Artifact> warm = warm(source, pinOwner);
      if (warm.isPresent()) {
        Progress done = present(warm.get());
        watcher.watch(() -> done);
        return warm.get();
      }
      Flight mine = flights.computeIfAbsent(source, s -> new Flight());
      watcher.watch(() -> flights.getOrDefault(source, mine).progress());
      Artifact artifact = downloads.fly(source, () -> materialize(source), deadline);
      if (pinOwner.isEmpty()) {
        return artifact;
      }
      // The download is shared by callers with and without pins, so that each takes its own; the
      // artifact may
      // have been evicted in between, and the loop has it fetched again then.
      Optional<Artifact> pinned =
          catalog.find(artifact.revision()).flatMap(entry -> shelf.use(entry, pinOwner));
      if (pinned.isPresent()) {
        return pinned.get();
      }
      deadline.check(source.uri());
    }
  }

  private Artifact materialize(Source source) throws InterruptedException {
    Flight flight = flights.computeIfAbsent(source, s -> new Flight());
    Deadline deadline = Deadline.after(PREFETCH_DEADLINE);
    try {
      Origin origin = origins.find(source);
      Manifest manifest = resolver.resolve(source, origin, deadline);
      flight.resolved(manifest);
      flight.phase(Phase.RESERVING);
      List<FetchTarget> targets = new ArrayList<>();
      Map<BlobId, Long> sizes = new HashMap<>();
      for (FileEntry file : manifest.files()) {
        if (sizes.put(file.blob(), file.size()) == null) {
          targets.add(FetchTarget.of(file, origin));
        }
      }
      try (Reservation reservation = evictor.reserve(source.uri(), sizes)) {
        flight.phase(Phase.FETCHING);
        List<BlobId> missing = store.missing(sizes.keySet());
        flight.fetched().present(manifest.totalBytes() - bytes(missing, sizes, manifest));
        fetcher.fetch(targets, reservation, flight.fetched(), deadline);
        flight.phase(Phase.EXPOSING);
        store.touch(sizes.keySet());
        return shelf.put(manifest, Optional.empty());
      } catch (LarderException e) {
        if (e.kind() == ErrorKind.CONFLICT) {
          resolver.gone(manifest.revision());
        }
        throw e;
      }
    } finally {
      flights.remove(source, flight);
    }
  }

  /// Bytes of the artifact that must come from elsewhere. A blob that stands in several files
  /// counts once as missing: its other copies are links.
  private static long bytes(List<BlobId> missing, Map<BlobId, Long> sizes, Manifest manifest) {
    long sum = 0;
    for (BlobId blob : missing) {
      sum += sizes.getOrDefault(blob, 0L);
    }
    return Math.min(sum, manifest.totalBytes());
  }

  /// The answer without asking anybody: the source was checked lately, and its tree is here.
  private Optional<Artifact> warm(Source source, Optional<String> pinOwner) {
    return catalog
        .latest(source)
        .filter(entry -> Duration.between(entry.checked(), clock.instant()).compareTo(fresh) < 0)
        .flatMap(entry -> shelf.use(entry, pinOwner));
  }

  private static Progress present(Artifact artifact) {
    return new Progress(
        Phase.EXPOSING,
        artifact.revision().id(),
        artifact.bytes(),
        artifact.bytes(),
        0,
        0,
        artifact.bytes(),
        artifact.files(),
        true);
  }

  @Override
  public void prefetch(Source source) {
    origins.find(source);
    prefetches.fork(
        () -> {
          try {
            ensure(source, Optional.empty(), progress -> {}, Deadline.after(PREFETCH_DEADLINE));
          } catch (LarderException e) {
            log.warn("prefetching {} failed: {}", source, e.getMessage());
          }
          return true;
        });
  }

  @Override
  public List<Artifact> list() {
    return catalog.all().stream()
        .map(shelf::artifact)
        .sorted(Comparator.comparing(artifact -> artifact.revision().toString()))
        .toList();
  }

  @Override
  public Details stat(Source source) {
    CatalogEntry entry = here(source);
    Manifest manifest = shelf.manifest(entry);
    List<Digest> contents = new ArrayList<>();
    for (FileEntry file : manifest.files()) {
      contents.add(
          store
              .find(file.blob())
              .orElseThrow(
                  () ->
                      new LarderException(
                          ErrorKind.INTERNAL, "the content of " + file.path() + " is missing"))
              .seal()
              .content());
    }
    return new Details(shelf.artifact(entry), manifest, contents);
  }

  @Override
  public Artifact pin(Source source, String owner) {
    return shelf.use(here(source), Optional.of(owner)).orElseThrow(() -> absent(source));
  }

  @Override
  public Artifact unpin(Source source, String owner) {
    return shelf.unpin(here(source), owner);
  }

  @Override
  public long remove(Source source) {
    here(source);
    if (downloads.flying(source)) {
      throw new LarderException(
          ErrorKind.CONFLICT, source + " is being fetched; wait for that or cancel it");
    }
    long freed = 0;
    for (CatalogEntry entry : catalog.all()) {
      if (entry.revision().source().equals(source)) {
        freed += shelf.remove(entry.revision());
      }
    }
    return freed;
  }

  private CatalogEntry here(Source source) {
    return catalog.latest(source).orElseThrow(() -> absent(source));
  }

  private static LarderException absent(Source source) {
    return new LarderException(
        ErrorKind.NOT_FOUND,
        source + " is not on this node; 'larder get " + source + "' fetches it");
  }

  @Override
  public void close() {
    prefetches.close();
    downloads.close();
  }
}
