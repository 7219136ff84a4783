package io.larder.swarm.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.peer.ChunkPart;
import io.larder.proto.peer.HeartbeatReply;
import io.larder.proto.peer.HeartbeatRequest;
import io.larder.proto.peer.Node;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.ReadRequest;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.CollectingSink;
import io.larder.swarm.InMemoryServedBlobs;
import io.larder.swarm.SwarmOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The hand-written ends of `Read` speak to generated code, each way.
class WireCompatibilityTest {
  private static final BlobId BLOB = BlobId.parse("sha256:" + "ab".repeat(32));

  @Test
  void aGeneratedClientReadsFromOurServer() throws Exception {
    byte[] content = new byte[ChunkPlan.CHUNK_SIZE + 1000];
    new Random(1).nextBytes(content);
    try (GrpcCluster cluster = new GrpcCluster();
        InMemoryServedBlobs served = new InMemoryServedBlobs()) {
      BlobId id = served.add(content);
      GrpcSwarm server = cluster.join("server", "", "", served);
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(server.self().peerAddress())
              .usePlaintext()
              .maxInboundMessageSize(8 << 20)
              .build();
      ByteArrayOutputStream first = new ByteArrayOutputStream();
      List<ChunkPart> rest = new ArrayList<>();
      Iterator<ChunkPart> parts =
          PeerExchangeGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .read(
                  ReadRequest.newBuilder()
                      .setNode("generated")
                      .addChunks(ref(id, 0))
                      .addChunks(ref(id, 1))
                      .addChunks(ref(BLOB, 0))
                      .build());
      while (parts.hasNext()) {
        ChunkPart part = parts.next();
        if (part.getChunk() == 0) {
          assertThat(part.getOffset()).isEqualTo(first.size());
          first.writeBytes(part.getData().toByteArray());
          assertThat(part.getLast()).isEqualTo(first.size() == ChunkPlan.CHUNK_SIZE);
        } else {
          rest.add(part);
        }
      }
      channel.shutdownNow();

      assertThat(Arrays.equals(first.toByteArray(), Arrays.copyOf(content, ChunkPlan.CHUNK_SIZE)))
          .isTrue();
      byte[] tail = Arrays.copyOfRange(content, ChunkPlan.CHUNK_SIZE, content.length);
      assertThat(rest)
          .containsExactly(
              ChunkPart.newBuilder()
                  .setChunk(1)
                  .setLast(true)
                  .setData(ByteString.copyFrom(tail))
                  .build(),
              ChunkPart.newBuilder().setChunk(2).setMissing(true).build());
    }
  }

  private static io.larder.proto.peer.ChunkRef ref(BlobId blob, int chunk) {
    return io.larder.proto.peer.ChunkRef.newBuilder()
        .setBlob(Messages.blob(blob))
        .setChunk(chunk)
        .build();
  }

  @Test
  void ourClientReadsFromAGeneratedServer() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(2).nextBytes(content);
    List<ChunkPart> parts =
        List.of(
            part(0, 0, Arrays.copyOf(content, 2 << 20)),
            part(0, 2 << 20, Arrays.copyOfRange(content, 2 << 20, 3 << 20)).toBuilder()
                .setLast(true)
                .build(),
            ChunkPart.newBuilder().setChunk(1).setMissing(true).build(),
            part(2, 0, new byte[] {9}).toBuilder().setLast(true).build());
    CollectingSink sink = new CollectingSink();

    readFromGenerated(parts, 3, sink);

    assertThat(sink.completed()).containsExactly(new ChunkRef(BLOB, 0), new ChunkRef(BLOB, 2));
    assertThat(sink.missing()).containsExactly(new ChunkRef(BLOB, 1));
    assertThat(Arrays.equals(sink.content(new ChunkRef(BLOB, 0)), content)).isTrue();
    assertThat(sink.content(new ChunkRef(BLOB, 2))).containsExactly(9);
  }

  @Test
  void aServerThatBreaksTheOrderIsRefused() {
    assertRefused(List.of(part(0, 1, new byte[1])), "offset 1");
    assertRefused(List.of(part(1, 0, new byte[1])), "of chunk 1");
    assertRefused(List.of(part(0, 0, new byte[1]), part(0, 0, new byte[1])), "offset 0");
    assertRefused(
        List.of(
            part(0, 0, new byte[1]), ChunkPart.newBuilder().setChunk(0).setMissing(true).build()),
        "half-way");
    assertRefused(List.of(part(0, 0, new byte[1])), "ended before all chunks");
  }

  private static ChunkPart part(int chunk, int offset, byte[] data) {
    return ChunkPart.newBuilder()
        .setChunk(chunk)
        .setOffset(offset)
        .setData(ByteString.copyFrom(data))
        .build();
  }

  private static void assertRefused(List<ChunkPart> parts, String why) {
    assertThatThrownBy(() -> readFromGenerated(parts, 2, new CollectingSink()))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
        .hasMessageContaining(why);
  }

  private static void readFromGenerated(List<ChunkPart> parts, int chunks, CollectingSink sink)
      throws Exception {
    Generated service = new Generated(parts);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service)
            .build()
            .start();
    service.address = "127.0.0.1:" + server.getPort();
    try (GrpcCluster cluster = new GrpcCluster()) {
      GrpcSwarm client =
          cluster.join(
              "client",
              "",
              "",
              new InMemoryServedBlobs(),
              options ->
                  SwarmOptions.of(
                          options.self(), options.listen(), "test", List.of(service.address))
                      .withTimes(
                          Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofSeconds(5)));
      NodeId peer = new NodeId("generated");
      await().until(() -> client.membership().find(peer).isPresent());
      List<ChunkRef> refs = new ArrayList<>();
      for (int i = 0; i < chunks; i++) {
        refs.add(new ChunkRef(BLOB, i));
      }
      client.peers().read(peer, refs, sink, Deadline.after(Duration.ofSeconds(20)));
    } finally {
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static final class Generated extends PeerExchangeGrpc.PeerExchangeImplBase {
    private final List<ChunkPart> parts;
    private volatile String address = "";

    Generated(List<ChunkPart> parts) {
      this.parts = parts;
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> peer) {
      peer.onNext(
          HeartbeatReply.newBuilder()
              .setSelf(
                  Node.newBuilder().setId("generated").setPeerAddress(address).setIncarnation(1))
              .build());
      peer.onCompleted();
    }

    @Override
    public void read(ReadRequest request, StreamObserver<ChunkPart> peer) {
      parts.forEach(peer::onNext);
      peer.onCompleted();
    }
  }

  @TempDir private Path folder;

  @Test
  void aPartReadsAsAStreamToo() throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3, 4, 5});
    try (FileChannel channel = FileChannel.open(file)) {
      OutgoingPart part = new OutgoingPart(300, 70_000, true, channel, 1, 3);
      ChunkPart expected =
          part(300, 70_000, new byte[] {2, 3, 4}).toBuilder().setLast(true).build();
      try (InputStream encoded = part.encode()) {
        assertThat(encoded.available()).isEqualTo(expected.getSerializedSize());
        assertThat(ChunkPart.parseFrom(encoded.readAllBytes())).isEqualTo(expected);
      }
      ByteArrayOutputStream drained = new ByteArrayOutputStream();
      try (InputStream encoded = part.encode()) {
        int written = ((Drainable) encoded).drainTo(drained);
        assertThat(written).isEqualTo(expected.getSerializedSize());
      }
      assertThat(drained.toByteArray()).isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void unknownFieldsBeforeTheDataAreSkipped() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32(1, 7);
    out.writeFixed64(1000, 5);
    out.writeString(1001, "later version");
    out.writeFixed32(1002, 5);
    out.writeUInt64(1003, -1);
    out.writeByteArray(5, new byte[] {1, 2});
    out.flush();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (IncomingPart part = IncomingPart.decode(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(part.chunk()).isEqualTo(7);
      part.writeTo(
          buffer -> {
            while (buffer.hasRemaining()) {
              data.write(buffer.get());
            }
          });
    }
    assertThat(data.toByteArray()).containsExactly(1, 2);
  }

  @Test
  void randomBytesAreAPartOrRefused() {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("-Dlarder.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try (IncomingPart part = IncomingPart.decode(new ByteArrayInputStream(bytes))) {
        assertThat(part.length()).isBetween(0, 40);
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
