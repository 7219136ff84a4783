package io.larder.chaos.bench;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.concurrent.Throttle;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.ChunkSink;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerMeter;
import io.larder.swarm.ServedBlobs;
import io.larder.swarm.SwarmOptions;
import io.larder.swarm.TlsOptions;
import io.larder.swarm.grpc.GrpcSwarm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/// The file as one blob through the peer exchange, into a sink that hashes and writes as the
/// store's chunk writer does.
final class PeerTransfer implements AutoCloseable {
  private static final BlobId BLOB = new BlobId.Pinned(Digest.ofContent(new byte[] {1}));

  private final NodeId self;
  private final Path folder;
  private final Map<Boolean, GrpcSwarm> swarms = new HashMap<>();

  PeerTransfer(String name, Path folder) {
    this.self = new NodeId(name);
    this.folder = folder;
  }

  /// @return the address of this node
  String serve(boolean secure) {
    return swarm(secure, List.of()).self().peerAddress();
  }

  private GrpcSwarm swarm(boolean secure, List<String> seeds) {
    return swarms.computeIfAbsent(secure, s -> open(s, seeds));
  }

  private GrpcSwarm open(boolean secure, List<String> seeds) {
    Path certificates = folder.resolve(StreamBenchmark.CERTIFICATES);
    TlsOptions tls =
        new TlsOptions(
            certificates.resolve(self + ".crt"),
            certificates.resolve(self + ".key"),
            certificates.resolve("ca.crt"));
    return GrpcSwarm.open(
        SwarmOptions.of(
                new NodeInfo(self, "127.0.0.1:0", "", "", "", 1),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "benchmark",
                seeds)
            .withTls(secure ? Optional.of(tls) : Optional.empty()),
        new OneFile(folder.resolve("file")),
        Throttle.of(0),
        Optional::empty,
        List::of,
        PeerMeter.none());
  }

  /// @return bytes and seconds
  String fetch(String address, boolean secure, int streams) throws Exception {
    GrpcSwarm swarm = swarm(secure, List.of(address));
    NodeId sender = new NodeId("sender");
    Awaitility.await().until(() -> swarm.membership().find(sender).isPresent());
    ChunkPlan plan = new ChunkPlan(Files.size(folder.resolve("file")));
    long start = System.nanoTime();
    try (Scope scope = Scope.open("stream")) {
      for (int stream = 0; stream < streams; stream++) {
        List<ChunkRef> chunks = new ArrayList<>();
        for (int chunk = stream; chunk < plan.chunks(); chunk += streams) {
          chunks.add(new ChunkRef(BLOB, chunk));
        }
        scope.fork(() -> read(swarm, sender, chunks, plan));
      }
      scope.join(Deadline.after(Duration.ofMinutes(5)));
    }
    return String.format(Locale.ROOT, "%d %f", plan.size(), (System.nanoTime() - start) / 1e9);
  }

  private boolean read(GrpcSwarm swarm, NodeId sender, List<ChunkRef> chunks, ChunkPlan plan)
      throws Exception {
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("copy"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      swarm
          .peers()
          .read(sender, chunks, new Hashing(file, plan), Deadline.after(Duration.ofMinutes(5)));
    }
    return true;
  }

  @Override
  public void close() {
    swarms.values().forEach(GrpcSwarm::close);
  }

  /// Hashes and writes.
  private static final class Hashing implements ChunkSink {
    private final FileChannel file;
    private final ChunkPlan plan;
    private final MessageDigest sha256 = Digest.newMessageDigest();
    private long written;

    Hashing(FileChannel file, ChunkPlan plan) {
      this.file = file;
      this.plan = plan;
    }

    @Override
    public void write(ChunkRef chunk, ByteBuffer bytes) {
      sha256.update(bytes.duplicate());
      long start = plan.chunk(chunk.chunk()).offset();
      try {
        while (bytes.hasRemaining()) {
          written += file.write(bytes, start + written);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void complete(ChunkRef chunk) {
      var ignored = sha256.digest();
      ByteRange range = plan.chunk(chunk.chunk());
      if (written != range.length()) {
        throw new IllegalStateException(chunk + " has " + written + " bytes");
      }
      written = 0;
    }

    @Override
    public void missing(ChunkRef chunk) {
      throw new IllegalStateException(chunk + " is missing");
    }
  }

  /// Serves one file as one blob.
  private static final class OneFile implements ServedBlobs {
    private final Path path;

    OneFile(Path path) {
      this.path = path;
    }

    @Override
    public Optional<Served> open(BlobId id) {
      try {
        FileChannel channel = FileChannel.open(path);
        ChunkPlan plan = new ChunkPlan(channel.size());
        IndexSet all = IndexSet.range(0, plan.chunks());
        return Optional.of(new OpenFile(channel, plan, all));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public List<BlobId> names() {
      return List.of(BLOB);
    }

    @Override
    public AutoCloseable follow(Collection<BlobId> blobs, Follower follower) {
      return () -> {};
    }
  }

  private record OpenFile(FileChannel channel, ChunkPlan plan, IndexSet verified)
      implements ServedBlobs.Served {
    @Override
    public Optional<Seal> seal() {
      return Optional.empty();
    }

    @Override
    public Digest chunkDigest(int chunk) {
      throw new IllegalStateException("nobody asks for digests here");
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
