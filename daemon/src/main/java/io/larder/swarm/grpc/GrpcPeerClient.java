package io.larder.swarm.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Throttle;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.peer.DescribeReply;
import io.larder.proto.peer.DescribeRequest;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.ReadRequest;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.ChunkSink;
import io.larder.swarm.Membership;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerClient;
import io.larder.swarm.PeerMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Talks to peers over gRPC. Thread-safe.
final class GrpcPeerClient implements PeerClient {
  private static final int DESCRIBED_AT_ONCE = 64;

  private final Membership membership;
  private final Transport transport;
  private final Channels channels;
  private final Throttle rate;
  private final PeerMeter meter;
  private final Duration stall;

  /// @param rate of all downloads together
  /// @param stall a download ends when its peer sends nothing for so long
  GrpcPeerClient(
      Membership membership,
      Transport transport,
      Channels channels,
      Throttle rate,
      PeerMeter meter,
      Duration stall) {
    this.membership = membership;
    this.transport = transport;
    this.channels = channels;
    this.rate = rate;
    this.meter = meter;
    this.stall = stall;
  }

  private String address(NodeId peer) {
    return membership
        .find(peer)
        .orElseThrow(() -> new LarderException(ErrorKind.UNAVAILABLE, silent(peer)))
        .peerAddress();
  }

  private static String silent(NodeId peer) {
    return "peer " + peer + " has not been heard of lately; it may be down";
  }

  @Override
  public Watch watch(NodeId peer, Collection<BlobId> blobs, AvailabilityListener listener) {
    Optional<NodeInfo> known = membership.find(peer);
    if (known.isEmpty()) {
      listener.ended(silent(peer));
      return () -> {};
    }
    RemoteWatch watch = new RemoteWatch(List.copyOf(blobs), listener);
    watch.start(
        channels.control(known.get().peerAddress()), membership.self().id(), transport.executor());
    return watch;
  }

  @Override
  public void read(NodeId peer, List<ChunkRef> chunks, ChunkSink sink, Deadline deadline)
      throws InterruptedException {
    deadline.check("reading from peer " + peer);
    if (chunks.isEmpty()) {
      return;
    }
    ReadRequest.Builder request = ReadRequest.newBuilder().setNode(membership.self().id().value());
    for (ChunkRef chunk : chunks) {
      request.addChunks(
          io.larder.proto.peer.ChunkRef.newBuilder()
              .setBlob(Messages.blob(chunk.blob()))
              .setChunk(chunk.chunk()));
    }
    meter.downloads(1);
    try (Channels.Bulk bulk = channels.bulk(address(peer))) {
      new Download(peer, chunks, sink, rate, meter, stall)
          .run(bulk.channel(), request.build(), deadline);
    } finally {
      meter.downloads(-1);
    }
  }

  @Override
  public List<BlobDescription> describe(NodeId peer, Collection<BlobId> blobs, Deadline deadline)
      throws InterruptedException {
    List<BlobId> all = List.copyOf(blobs);
    List<BlobDescription> descriptions = new ArrayList<>();
    for (int at = 0; at < all.size(); at += DESCRIBED_AT_ONCE) {
      DescribeRequest.Builder request = DescribeRequest.newBuilder();
      all.subList(at, Math.min(all.size(), at + DESCRIBED_AT_ONCE))
          .forEach(blob -> request.addBlobs(Messages.blob(blob)));
      descriptions.addAll(describe(peer, request.build(), deadline));
    }
    return descriptions;
  }

  private List<BlobDescription> describe(NodeId peer, DescribeRequest request, Deadline deadline)
      throws InterruptedException {
    deadline.check("asking peer " + peer + " what it holds");
    ListenableFuture<DescribeReply> reply =
        PeerExchangeGrpc.newFutureStub(channels.control(address(peer)))
            .withDeadlineAfter(deadline.left().toNanos(), TimeUnit.NANOSECONDS)
            .describe(request);
    try {
      return reply.get().getDescriptionsList().stream().map(Messages::description).toList();
    } catch (ExecutionException e) {
      throw Messages.unavailable(peer.value(), e);
    } catch (IllegalArgumentException e) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE, "peer " + peer + " describes nonsense: " + e.getMessage(), e);
    } finally {
      reply.cancel(true);
    }
  }

  /// The channels are closed by whoever made them.
  @Override
  public void close() {}
}
