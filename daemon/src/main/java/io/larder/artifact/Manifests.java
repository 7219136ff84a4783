package io.larder.artifact;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.Manifest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.evict.Evictor;
import io.larder.fetch.FetchProgress;
import io.larder.fetch.FetchTarget;
import io.larder.fetch.Fetcher;
import io.larder.store.ChunkWriter;
import io.larder.store.ContentStore;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.swarm.PeerDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Manifests as blobs: saved beside the content they list, so that peers can serve them when the
/// origin is down. Thread-safe.
final class Manifests {
  private final ContentStore store;
  private final Evictor evictor;
  private final Fetcher fetcher;
  private final PeerDirectory directory;

  Manifests(ContentStore store, Evictor evictor, Fetcher fetcher, PeerDirectory directory) {
    this.store = store;
    this.evictor = evictor;
    this.fetcher = fetcher;
    this.directory = directory;
  }

  /// Saves a manifest. Idempotent.
  void save(Manifest manifest) {
    byte[] content = manifest.encode();
    BlobId id = new BlobId.Sha256(Digest.ofContent(content));
    if (store.find(id).isPresent()) {
      return;
    }
    try (Reservation reservation =
            evictor.reserve(
                "the manifest of " + manifest.revision(), Map.of(id, (long) content.length));
        Ingestion ingestion = store.begin(id, reservation)) {
      for (int chunk = 0; chunk < ingestion.plan().chunks(); chunk++) {
        if (!ingestion.verified().contains(chunk)) {
          ByteRange range = ingestion.plan().chunk(chunk);
          try (ChunkWriter writer = ingestion.writer(chunk)) {
            writer.write(ByteBuffer.wrap(content, (int) range.offset(), (int) range.length()));
            writer.finish(Optional.empty());
          }
        }
      }
      ingestion.commit(Optional.empty());
    } catch (LarderException e) {
      // Another request saved the same manifest at the same moment.
      if (e.kind() != ErrorKind.CONFLICT || store.find(id).isEmpty()) {
        throw e;
      }
    }
    directory.advertise(List.of(id));
  }

  /// A manifest that this node holds.
  Optional<Manifest> load(Digest digest) {
    return ManifestReader.read(store, digest);
  }

  /// A manifest that this node or a peer holds.
  ///
  /// @throws LarderException UNAVAILABLE when no peer serves it in time
  Manifest fetch(Digest digest, long size, Deadline deadline) throws InterruptedException {
    Optional<Manifest> here = load(digest);
    if (here.isPresent()) {
      return here.get();
    }
    BlobId id = new BlobId.Sha256(digest);
    try (Reservation reservation = evictor.reserve("a manifest", Map.of(id, size))) {
      fetcher.fetch(
          List.of(FetchTarget.fromPeers(id, size)), reservation, new FetchProgress(), deadline);
    }
    return load(digest)
        .orElseThrow(
            () ->
                new LarderException(ErrorKind.UNAVAILABLE, "the manifest " + digest + " has gone"));
  }
}
