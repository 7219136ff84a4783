package io.larder.boot;

import io.larder.api.NodeStatus;
import io.larder.artifact.ArtifactService;
import io.larder.artifact.Artifacts;
import io.larder.boot.config.Configuration;
import io.larder.cli.EmbeddedNode;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Throttle;
import io.larder.content.NodeId;
import io.larder.expose.Exposer;
import io.larder.fetch.FetchMeter;
import io.larder.fetch.FetchOptions;
import io.larder.fetch.Fetcher;
import io.larder.lease.LocalLeases;
import io.larder.origin.OriginMeter;
import io.larder.origin.Origins;
import io.larder.store.disk.DiskStore;
import io.larder.store.disk.StoreOptions;
import io.larder.swarm.NoPeers;
import io.larder.swarm.PeerScore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// A node that belongs to no cluster, inside a command: the same pipeline and store, nobody to
/// share with.
final class StandaloneNode implements EmbeddedNode {
  /// Someone is waiting at a terminal: a source is asked each time what it stands for.
  private static final Duration FRESH = Duration.ZERO;

  private final Closer closer = new Closer();
  private final Instant started = Instant.now();
  private final LongAdder originBytes = new LongAdder();
  private final Path data;
  private final DiskStore store;
  private final ArtifactService artifacts;

  /// @param configuration for what also concerns a node without a cluster: space, transfers,
  ///   origins
  /// @param data where the node keeps everything, whatever the configuration says
  StandaloneNode(Configuration configuration, Path data, Map<String, String> environment) {
    this.data = data;
    try {
      long capacity = configuration.storeCapacity().bytesIn(data);
      store = closer.register(DiskStore.open(data, StoreOptions.withCapacity(capacity)));
      FetchOptions options = FetchOptions.defaults();
      NodeId self = new NodeId("local");
      LocalLeases leases =
          closer.register(new LocalLeases(self, options.leaseTtl(), InstantSource.system()));
      NoPeers nobody = new NoPeers();
      Origins origins =
          OriginAdapters.of(
              configuration.transfer(),
              configuration.origins(),
              environment,
              Throttle.of(configuration.transfer().maxDownload()),
              OriginMeter.NONE,
              closer);
      artifacts =
          closer.register(
              new ArtifactService(
                  origins,
                  store,
                  store.records(),
                  new Exposer(data, store),
                  new Fetcher(store, leases, nobody, nobody, new PeerScore(), options, meter()),
                  leases,
                  nobody,
                  FRESH,
                  bytes -> {},
                  InstantSource.system()));
    } catch (RuntimeException e) {
      closer.close();
      throw e;
    }
  }

  private FetchMeter meter() {
    return new FetchMeter() {
      @Override
      public void fromOrigin(long bytes) {
        originBytes.add(bytes);
      }

      @Override
      public void fromPeer(long bytes) {}

      @Override
      public void corruptChunk() {}

      @Override
      public void uncoordinated() {}
    };
  }

  @Override
  public Artifacts artifacts() {
    return artifacts;
  }

  @Override
  public NodeStatus status() {
    var usage = store.usage();
    return new NodeStatus(
        "local",
        Version.current(),
        NodeStatus.Role.NONE,
        data,
        "",
        Duration.between(started, Instant.now()),
        new NodeStatus.Storage(
            usage.capacity(),
            usage.used(),
            usage.reserved(),
            artifacts.list().size(),
            usage.blobs()),
        NodeStatus.Cluster.none(),
        new NodeStatus.Traffic(originBytes.sum(), 0, 0));
  }

  @Override
  public void close() {
    closer.close();
  }
}
