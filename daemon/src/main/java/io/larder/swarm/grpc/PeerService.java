package io.larder.swarm.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.larder.concurrent.Scope;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.proto.common.BlobName;
import io.larder.proto.peer.AdvertiseReply;
import io.larder.proto.peer.AdvertiseRequest;
import io.larder.proto.peer.Availability;
import io.larder.proto.peer.DescribeReply;
import io.larder.proto.peer.DescribeRequest;
import io.larder.proto.peer.HeartbeatReply;
import io.larder.proto.peer.HeartbeatRequest;
import io.larder.proto.peer.LocateReply;
import io.larder.proto.peer.LocateRequest;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.ReadRequest;
import io.larder.proto.peer.WatchRequest;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.ServedBlobs;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `PeerExchange` on the server's side. Called on event loops: what only touches memory is answered
/// there, everything else goes to a virtual thread of its own.
final class PeerService extends PeerExchangeGrpc.PeerExchangeImplBase {
  private static final int MOST_HOLDERS = 64;

  private final HeartbeatMembership membership;
  private final Tracker tracker;
  private final Uploads uploads;
  private final Scope calls;

  PeerService(HeartbeatMembership membership, Tracker tracker, Uploads uploads, Scope calls) {
    this.membership = membership;
    this.tracker = tracker;
    this.uploads = uploads;
    this.calls = calls;
  }

  /// The service, with a `Read` that does not copy chunks into messages.
  ServerServiceDefinition definition() {
    ServerServiceDefinition generated = bindService();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(generated.getServiceDescriptor().getName())
            .setSchemaDescriptor(generated.getServiceDescriptor().getSchemaDescriptor());
    String read = ReadMethod.SENDING.getFullMethodName();
    for (MethodDescriptor<?, ?> method : generated.getServiceDescriptor().getMethods()) {
      descriptor.addMethod(method.getFullMethodName().equals(read) ? ReadMethod.SENDING : method);
    }
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      if (!method.getMethodDescriptor().getFullMethodName().equals(read)) {
        service.addMethod(method);
      }
    }
    return service
        .addMethod(ReadMethod.SENDING, ServerCalls.asyncServerStreamingCall(this::send))
        .build();
  }

  private void send(ReadRequest request, StreamObserver<OutgoingPart> peer) {
    Upload upload = new Upload(uploads, request, (ServerCallStreamObserver<OutgoingPart>) peer);
    start(upload);
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<Availability> peer) {
    try {
      start(new Feed(uploads.blobs(), request, (ServerCallStreamObserver<Availability>) peer));
    } catch (IllegalArgumentException e) {
      peer.onError(Messages.status(e).asRuntimeException());
    }
  }

  private void start(Runnable task) {
    calls.fork(
        () -> {
          task.run();
          return true;
        });
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> peer) {
    answer(peer, () -> membership.answer(request));
  }

  @Override
  public void advertise(AdvertiseRequest request, StreamObserver<AdvertiseReply> peer) {
    answer(
        peer,
        () -> {
          NodeId node = new NodeId(request.getNode());
          tracker.advertise(
              node,
              membership.find(node).map(NodeInfo::incarnation),
              blobs(request.getPresentList()),
              blobs(request.getWithdrawnList()));
          return AdvertiseReply.newBuilder().setTrackerEpoch(tracker.epoch()).build();
        });
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateReply> peer) {
    answer(
        peer,
        () -> {
          NodeId node = new NodeId(request.getNode());
          Optional<NodeInfo> asking = membership.find(node);
          int limit = Math.clamp(request.getLimit(), 1, MOST_HOLDERS);
          LocateReply.Builder reply = LocateReply.newBuilder();
          for (BlobName blob : request.getBlobsList()) {
            LocateReply.Holders.Builder holders = LocateReply.Holders.newBuilder();
            tracker
                .locate(node, asking, Messages.blob(blob), limit, membership::find)
                .forEach(holder -> holders.addNodes(holder.value()));
            reply.addHolders(holders);
          }
          return reply.build();
        });
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> peer) {
    start(
        () ->
            answer(
                peer,
                () -> {
                  DescribeReply.Builder reply = DescribeReply.newBuilder();
                  for (BlobId blob : blobs(request.getBlobsList())) {
                    Optional<ServedBlobs.Served> opened = uploads.blobs().open(blob);
                    if (opened.isPresent()) {
                      try (ServedBlobs.Served served = opened.get()) {
                        reply.addDescriptions(describe(blob, served));
                      }
                    }
                  }
                  return reply.build();
                }));
  }

  private static DescribeReply.Description describe(BlobId blob, ServedBlobs.Served served) {
    DescribeReply.Description.Builder description =
        DescribeReply.Description.newBuilder()
            .setBlob(Messages.blob(blob))
            .setSize(served.plan().size())
            .setVerified(Messages.indexes(served.verified()));
    served
        .seal()
        .ifPresent(
            seal -> {
              description.setSeal(Messages.seal(seal));
              for (int i = 0; i < served.plan().chunks(); i++) {
                description.addChunkDigests(Messages.bytes(served.chunkDigest(i)));
              }
            });
    return description.build();
  }

  private static List<BlobId> blobs(List<BlobName> names) {
    return names.stream().map(Messages::blob).toList();
  }

  private static <T> void answer(StreamObserver<T> peer, Callable<T> call) {
    T reply;
    try {
      reply = call.call();
    } catch (StatusRuntimeException e) {
      peer.onError(e);
      return;
    } catch (Exception e) {
      peer.onError(Messages.status(e).asRuntimeException());
      return;
    }
    peer.onNext(reply);
    peer.onCompleted();
  }
}
