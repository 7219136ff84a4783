package io.larder.chaos;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.larder.concurrent.Ticker;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.FileEntry;
import io.larder.content.IndexSet;
import io.larder.proto.common.BlobName;
import io.larder.proto.common.Seal;
import io.larder.proto.peer.AdvertiseReply;
import io.larder.proto.peer.AdvertiseRequest;
import io.larder.proto.peer.Availability;
import io.larder.proto.peer.ChunkPart;
import io.larder.proto.peer.DescribeReply;
import io.larder.proto.peer.DescribeRequest;
import io.larder.proto.peer.HeartbeatReply;
import io.larder.proto.peer.HeartbeatRequest;
import io.larder.proto.peer.LocateReply;
import io.larder.proto.peer.LocateRequest;
import io.larder.proto.peer.Node;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.ReadRequest;
import io.larder.proto.peer.WatchRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A member of the cluster that means ill. It says it holds everything of some blobs, sealed,
/// serves nonsense that matches the digests it claims, and does so promptly, so that a node that
/// believed any of it would end with a wrong model. It speaks the real protocol.
final class LyingPeer extends PeerExchangeGrpc.PeerExchangeImplBase implements AutoCloseable {
  private static final int PIECE = 1 << 20;
  private static final byte[] NONSENSE = new byte[PIECE];

  private final Map<BlobName, ChunkPlan> blobs = new HashMap<>();
  private final AtomicInteger chunksServed = new AtomicInteger();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Server server;
  private final Node self;
  private final Ticker heartbeats;

  /// @param peers addresses of the honest ones
  LyingPeer(List<String> peers, List<FileEntry> files) throws IOException {
    for (FileEntry file : files) {
      blobs.put(name(file.blob()), new ChunkPlan(file.size()));
    }
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(this)
            .build()
            .start();
    self =
        Node.newBuilder()
            .setId("liar")
            .setPeerAddress("127.0.0.1:" + server.getPort())
            .setIncarnation(System.currentTimeMillis())
            .build();
    for (String peer : peers) {
      channels.add(Grpc.newChannelBuilder(peer, InsecureChannelCredentials.create()).build());
    }
    heartbeats = Ticker.start("liar", Duration.ofMillis(200), this::appear);
  }

  /// Chunks of nonsense that somebody took.
  int chunksServed() {
    return chunksServed.get();
  }

  private void appear() {
    for (ManagedChannel channel : channels) {
      var stub = PeerExchangeGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.SECONDS);
      try {
        stub.heartbeat(HeartbeatRequest.newBuilder().setSelf(self).setCluster("larder").build());
        stub.advertise(
            AdvertiseRequest.newBuilder()
                .setNode(self.getId())
                .addAllPresent(blobs.keySet())
                .build());
      } catch (StatusRuntimeException e) {
        // Not the coordinator, or not there yet: the next round comes.
      }
    }
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> observer) {
    answer(observer, HeartbeatReply.newBuilder().setSelf(self).build());
  }

  @Override
  public void advertise(AdvertiseRequest request, StreamObserver<AdvertiseReply> observer) {
    answer(observer, AdvertiseReply.getDefaultInstance());
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateReply> observer) {
    var reply = LocateReply.newBuilder();
    request
        .getBlobsList()
        .forEach(blob -> reply.addHolders(LocateReply.Holders.newBuilder().addNodes(self.getId())));
    answer(observer, reply.build());
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> observer) {
    var reply = DescribeReply.newBuilder();
    for (BlobName blob : request.getBlobsList()) {
      ChunkPlan plan = blobs.get(blob);
      if (plan == null) {
        continue;
      }
      var description =
          DescribeReply.Description.newBuilder()
              .setBlob(blob)
              .setSize(plan.size())
              .setSeal(
                  Seal.newBuilder().setSha256(sha256(plan.size())).setMerkleRoot(sha256(1)).build())
              .setVerified(all(plan));
      for (int chunk = 0; chunk < plan.chunks(); chunk++) {
        description.addChunkDigests(sha256(plan.chunk(chunk).length()));
      }
      reply.addDescriptions(description);
    }
    answer(observer, reply.build());
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<Availability> observer) {
    for (int i = 0; i < request.getBlobsCount(); i++) {
      ChunkPlan plan = blobs.get(request.getBlobs(i));
      if (plan != null) {
        observer.onNext(Availability.newBuilder().setBlob(i).setVerified(all(plan)).build());
      }
    }
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ChunkPart> observer) {
    for (int i = 0; i < request.getChunksCount(); i++) {
      ChunkPlan plan = blobs.get(request.getChunks(i).getBlob());
      long length = plan.chunk(request.getChunks(i).getChunk()).length();
      for (long sent = 0; sent < length; sent += PIECE) {
        int piece = (int) Math.min(PIECE, length - sent);
        observer.onNext(
            ChunkPart.newBuilder()
                .setChunk(i)
                .setOffset((int) sent)
                .setLast(sent + piece == length)
                .setData(ByteString.copyFrom(NONSENSE, 0, piece))
                .build());
      }
      chunksServed.incrementAndGet();
    }
    observer.onCompleted();
  }

  private static <T> void answer(StreamObserver<T> observer, T reply) {
    observer.onNext(reply);
    observer.onCompleted();
  }

  private static BlobName name(BlobId blob) {
    ByteString digest = ByteString.copyFrom(blob.digest().toByteArray());
    return switch (blob) {
      case BlobId.Sha256 _ -> BlobName.newBuilder().setSha256(digest).build();
      case BlobId.Pinned _ -> BlobName.newBuilder().setPinned(digest).build();
    };
  }

  private static io.larder.proto.common.IndexSet all(ChunkPlan plan) {
    return io.larder.proto.common.IndexSet.newBuilder()
        .setBits(ByteString.copyFrom(IndexSet.range(0, plan.chunks()).toByteArray()))
        .build();
  }

  /// Of that much nonsense.
  private static ByteString sha256(long length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (long done = 0; done < length; done += PIECE) {
        digest.update(NONSENSE, 0, (int) Math.min(PIECE, length - done));
      }
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    heartbeats.close();
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow();
  }
}
