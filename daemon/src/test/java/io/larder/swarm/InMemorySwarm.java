package io.larder.swarm;

import io.larder.concurrent.Deadline;
import io.larder.concurrent.Throttle;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Nodes that see each other inside one JVM, without a network. Each node gets the three swarm
/// seams; faults can be set per node while transfers run. Thread-safe.
public final class InMemorySwarm {
  private static final int PART = 1 << 20;
  private static final int SAMPLE = 16;

  private final Map<NodeId, Node> nodes = new TreeMap<>();
  private final Map<BlobId, Set<NodeId>> holders = new HashMap<>();
  private volatile Optional<NodeId> coordinator = Optional.empty();
  private volatile List<NodeId> voters = List.of();

  /// Adds a node without topology labels.
  public Node join(String id, ServedBlobs served) {
    return join(id, "", "", served);
  }

  /// Adds a node.
  public synchronized Node join(String id, String zone, String rack, ServedBlobs served) {
    NodeId node = new NodeId(id);
    Node joined =
        new Node(new NodeInfo(node, id + ":1", id + ":2", zone, rack, nodes.size()), served);
    nodes.put(node, joined);
    return joined;
  }

  /// Takes a node away: nobody sees or reaches it any more.
  public synchronized void leave(NodeId id) {
    Node left = nodes.remove(id);
    holders.values().forEach(set -> set.remove(id));
    if (left != null) {
      left.fail();
    }
  }

  /// What all nodes believe about the Raft group.
  public void coordination(Optional<NodeId> leader, List<NodeId> group) {
    coordinator = leader;
    voters = List.copyOf(group);
  }

  private synchronized Optional<Node> find(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  private synchronized List<Node> all() {
    return new ArrayList<>(nodes.values());
  }

  /// One node's view, and its faults.
  public final class Node implements Membership, PeerDirectory, PeerClient {
    private final NodeInfo self;
    private final ServedBlobs served;
    private final Set<InMemoryWatch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesServed = new AtomicLong();
    private volatile boolean corrupt;
    private volatile boolean broken;
    private volatile long breakAfter = Long.MAX_VALUE;
    private volatile Throttle rate = Throttle.of(0);
    private volatile int portion = PART;

    private Node(NodeInfo self, ServedBlobs served) {
      this.self = self;
      this.served = served;
    }

    public NodeId id() {
      return self.id();
    }

    public Membership membership() {
      return this;
    }

    public PeerDirectory directory() {
      return this;
    }

    public PeerClient peers() {
      return this;
    }

    /// Bytes sent to others so far.
    public long bytesServed() {
      return bytesServed.get();
    }

    /// Whether it serves a flipped bit in each part from now on.
    public void corrupt(boolean on) {
      corrupt = on;
    }

    /// It serves no faster than this from now on; 0 for no limit.
    public void slow(long bytesPerSecond) {
      rate = Throttle.of(bytesPerSecond);
      portion = bytesPerSecond == 0 ? PART : (int) Math.clamp(bytesPerSecond / 32, 4096, PART);
    }

    /// Whether it is unreachable from now on. Reads under way fail, watches end.
    public void broken(boolean on) {
      broken = on;
      if (on) {
        fail();
      }
    }

    /// It becomes unreachable after having served so many bytes more.
    public void breakAfter(long bytes) {
      breakAfter = bytesServed.get() + bytes;
    }

    private void fail() {
      watches.forEach(watch -> watch.end(self.id() + " is gone"));
    }

    private void serving(int bytes) throws InterruptedException {
      rate.take(bytes);
      if (bytesServed.addAndGet(bytes) > breakAfter) {
        broken(true);
      }
      if (broken) {
        throw unreachable(self.id(), "broke off");
      }
    }

    // Membership

    @Override
    public NodeInfo self() {
      return self;
    }

    @Override
    public List<Member> members() {
      return all().stream()
          .filter(node -> node == this || !node.broken)
          .map(node -> new Member(node.self, Duration.ZERO))
          .toList();
    }

    @Override
    public Optional<NodeInfo> find(NodeId id) {
      return members().stream().map(Member::node).filter(n -> n.id().equals(id)).findFirst();
    }

    @Override
    public Optional<NodeId> coordinator() {
      return coordinator;
    }

    @Override
    public List<NodeInfo> voters() {
      return voters.stream().flatMap(id -> find(id).stream()).toList();
    }

    // PeerDirectory

    @Override
    public Map<BlobId, List<NodeId>> lookup(Collection<BlobId> blobs) {
      Map<BlobId, List<NodeId>> found = new LinkedHashMap<>();
      synchronized (InMemorySwarm.this) {
        for (BlobId blob : blobs) {
          found.put(
              blob,
              holders.getOrDefault(blob, Set.of()).stream()
                  .filter(id -> !id.equals(self.id()))
                  .flatMap(id -> find(id).stream())
                  .sorted(Comparator.comparing(node -> Nearness.of(self, node)))
                  .limit(SAMPLE)
                  .map(NodeInfo::id)
                  .toList());
        }
      }
      return found;
    }

    @Override
    public void advertise(Collection<BlobId> blobs) {
      synchronized (InMemorySwarm.this) {
        blobs.forEach(b -> holders.computeIfAbsent(b, _ -> new LinkedHashSet<>()).add(self.id()));
      }
    }

    @Override
    public void withdraw(Collection<BlobId> blobs) {
      synchronized (InMemorySwarm.this) {
        blobs.forEach(b -> holders.getOrDefault(b, new LinkedHashSet<>()).remove(self.id()));
      }
    }

    // PeerClient

    private Node reach(NodeId peer) {
      return InMemorySwarm.this
          .find(peer)
          .filter(node -> !node.broken && !broken)
          .orElseThrow(() -> unreachable(peer, "is not reachable"));
    }

    @Override
    public Watch watch(NodeId peer, Collection<BlobId> blobs, AvailabilityListener listener) {
      Node node;
      try {
        node = reach(peer);
      } catch (LarderException e) {
        listener.ended(e.getMessage());
        return () -> {};
      }
      InMemoryWatch watch = new InMemoryWatch(node, listener);
      node.watches.add(watch);
      watch.follow(blobs);
      return watch;
    }

    @Override
    public void read(NodeId peer, List<ChunkRef> chunks, ChunkSink sink, Deadline deadline)
        throws InterruptedException {
      Node node = reach(peer);
      for (ChunkRef chunk : chunks) {
        Optional<ServedBlobs.Served> opened = node.served.open(chunk.blob());
        if (opened.isEmpty()) {
          sink.missing(chunk);
          continue;
        }
        try (ServedBlobs.Served blob = opened.get()) {
          if (blob.verified().contains(chunk.chunk())) {
            node.send(chunk, blob, sink, deadline);
          } else {
            sink.missing(chunk);
          }
        }
      }
    }

    private void send(ChunkRef chunk, ServedBlobs.Served blob, ChunkSink sink, Deadline deadline)
        throws InterruptedException {
      ByteRange range = blob.plan().chunk(chunk.chunk());
      for (long at = range.offset(); at < range.end(); ) {
        deadline.check("reading " + chunk + " from " + self.id());
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(portion, range.end() - at));
        try {
          while (part.hasRemaining() && blob.channel().read(part, at + part.position()) >= 0) {}
        } catch (ClosedByInterruptException e) {
          Thread.interrupted();
          throw new InterruptedException();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        serving(part.flip().remaining());
        if (corrupt) {
          part.put(0, (byte) (part.get(0) ^ 1));
        }
        at += part.remaining();
        sink.write(chunk, part.asReadOnlyBuffer());
      }
      sink.complete(chunk);
    }

    @Override
    public List<BlobDescription> describe(
        NodeId peer, Collection<BlobId> blobs, Deadline deadline) {
      Node node = reach(peer);
      deadline.check("describing blobs of " + peer);
      List<BlobDescription> descriptions = new ArrayList<>();
      for (BlobId id : blobs) {
        node.served
            .open(id)
            .ifPresent(
                blob -> {
                  try (blob) {
                    descriptions.add(
                        new BlobDescription(
                            id, blob.plan().size(), blob.seal(), blob.verified(), digests(blob)));
                  }
                });
      }
      return descriptions;
    }

    private static List<Digest> digests(ServedBlobs.Served blob) {
      return blob.seal().isEmpty()
          ? List.of()
          : IntStream.range(0, blob.plan().chunks()).mapToObj(blob::chunkDigest).toList();
    }

    /// The node stays in the swarm; take it away with [InMemorySwarm#leave].
    @Override
    public void close() {}

    @Override
    public String toString() {
      return self.id().value();
    }
  }

  private static LarderException unreachable(NodeId peer, String why) {
    return new LarderException(ErrorKind.UNAVAILABLE, "peer " + peer + " " + why);
  }

  private static final class InMemoryWatch implements PeerClient.Watch {
    private final Node peer;
    private final PeerClient.AvailabilityListener listener;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile AutoCloseable following = () -> {};

    InMemoryWatch(Node peer, PeerClient.AvailabilityListener listener) {
      this.peer = peer;
      this.listener = listener;
    }

    void follow(Collection<BlobId> blobs) {
      following =
          peer.served.follow(
              blobs,
              new ServedBlobs.Follower() {
                @Override
                public void verified(BlobId blob, IndexSet chunks) {
                  synchronized (listener) {
                    if (!ended.get()) {
                      listener.available(blob, chunks);
                    }
                  }
                }

                @Override
                public void gone(BlobId blob) {
                  synchronized (listener) {
                    if (!ended.get()) {
                      listener.gone(blob);
                    }
                  }
                }
              });
      if (ended.get()) {
        stop();
      }
    }

    void end(String reason) {
      if (ended.compareAndSet(false, true)) {
        stop();
        synchronized (listener) {
          listener.ended(reason);
        }
      }
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        stop();
      }
    }

    private void stop() {
      peer.watches.remove(this);
      try {
        following.close();
      } catch (Exception e) {
        throw new IllegalStateException("a follower could not be closed", e);
      }
    }
  }
}
