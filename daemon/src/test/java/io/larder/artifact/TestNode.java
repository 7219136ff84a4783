package io.larder.artifact;

import io.larder.concurrent.Deadline;
import io.larder.content.NodeId;
import io.larder.content.Source;
import io.larder.expose.Exposer;
import io.larder.fetch.FetchMeter;
import io.larder.fetch.FetchOptions;
import io.larder.fetch.Fetcher;
import io.larder.fetch.StoreServedBlobs;
import io.larder.origin.Origin;
import io.larder.origin.Origins;
import io.larder.store.InMemoryStore;
import io.larder.swarm.InMemorySwarm;
import io.larder.swarm.PeerScore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A node of a test: the real pipeline over a store, a swarm and a lease table in memory.
final class TestNode implements AutoCloseable {
  static final FetchOptions OPTIONS =
      new FetchOptions(
          4,
          8,
          512,
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofSeconds(2),
          Duration.ofSeconds(30));

  final NodeId id;
  final InMemoryStore store;
  final InMemorySwarm.Node swarm;
  final ArtifactService artifacts;
  final AtomicLong evicted = new AtomicLong();
  final AtomicLong originBytes = new AtomicLong();
  final AtomicLong peerBytes = new AtomicLong();
  final AtomicLong corruptChunks = new AtomicLong();
  final AtomicLong uncoordinated = new AtomicLong();

  TestNode(
      String name,
      Path data,
      long capacity,
      InMemorySwarm swarm,
      SharedTable table,
      Origin origin,
      Duration fresh) {
    this.id = new NodeId(name);
    this.store = new InMemoryStore(capacity);
    this.swarm = swarm.join(name, new StoreServedBlobs(store));
    var leases = table.of(id, OPTIONS.leaseTtl());
    Fetcher fetcher =
        new Fetcher(
            store,
            leases,
            this.swarm.directory(),
            this.swarm.peers(),
            new PeerScore(),
            OPTIONS,
            meter());
    this.artifacts =
        new ArtifactService(
            Origins.of(List.of(origin)),
            store,
            store.records(),
            new Exposer(data.resolve(name), store),
            fetcher,
            leases,
            this.swarm.directory(),
            fresh,
            evicted::addAndGet,
            InstantSource.system());
  }

  private FetchMeter meter() {
    return new FetchMeter() {
      @Override
      public void fromOrigin(long bytes) {
        originBytes.addAndGet(bytes);
      }

      @Override
      public void fromPeer(long bytes) {
        peerBytes.addAndGet(bytes);
      }

      @Override
      public void corruptChunk() {
        corruptChunks.incrementAndGet();
      }

      @Override
      public void uncoordinated() {
        uncoordinated.incrementAndGet();
      }
    };
  }

  Artifact ensure(Source source) throws InterruptedException {
    return artifacts.ensure(
        source, Optional.empty(), progress -> {}, Deadline.after(Duration.ofSeconds(90)));
  }

  @Override
  public void close() {
    artifacts.close();
  }
}
