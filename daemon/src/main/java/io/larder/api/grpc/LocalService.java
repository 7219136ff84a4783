package io.larder.api.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.larder.api.NodeStatus;
import io.larder.artifact.Artifacts;
import io.larder.concurrent.Scope;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.local.EnsureEvent;
import io.larder.proto.local.EnsureRequest;
import io.larder.proto.local.LarderGrpc;
import io.larder.proto.local.ListReply;
import io.larder.proto.local.ListRequest;
import io.larder.proto.local.PinReply;
import io.larder.proto.local.PinRequest;
import io.larder.proto.local.PrefetchReply;
import io.larder.proto.local.PrefetchRequest;
import io.larder.proto.local.RemoveReply;
import io.larder.proto.local.RemoveRequest;
import io.larder.proto.local.StatReply;
import io.larder.proto.local.StatRequest;
import io.larder.proto.local.StatusReply;
import io.larder.proto.local.StatusRequest;
import io.larder.proto.local.UnpinReply;
import io.larder.proto.local.UnpinRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/// Translates between messages and [Artifacts]; no logic. Each call runs on a virtual thread, since
/// it may wait for a disk or an origin and gRPC's thread must not.
final class LocalService extends LarderGrpc.LarderImplBase {
  private static final int LONGEST_OWNER = 256;

  private final Artifacts artifacts;
  private final Supplier<NodeStatus> status;
  private final Scope calls;

  LocalService(Artifacts artifacts, Supplier<NodeStatus> status, Scope calls) {
    this.artifacts = artifacts;
    this.status = status;
    this.calls = calls;
  }

  @Override
  public void ensure(EnsureRequest request, StreamObserver<EnsureEvent> reply) {
    var stream = (ServerCallStreamObserver<EnsureEvent>) reply;
    EnsureCall call = new EnsureCall(stream, calls);
    stream.setOnCancelHandler(call::cancel);
    fork(
        reply,
        () -> {
          Optional<String> pin =
              request.getPinOwner().isEmpty()
                  ? Optional.empty()
                  : Optional.of(owner(request.getPinOwner()));
          call.run(artifacts, source(request.getSource()), pin);
        });
  }

  @Override
  public void prefetch(PrefetchRequest request, StreamObserver<PrefetchReply> reply) {
    answer(
        reply,
        () -> {
          // All are looked at before the first one starts.
          List<Source> sources =
              request.getSourcesList().stream().map(LocalService::source).toList();
          sources.forEach(artifacts::prefetch);
          return PrefetchReply.getDefaultInstance();
        });
  }

  @Override
  public void list(ListRequest request, StreamObserver<ListReply> reply) {
    answer(
        reply,
        () ->
            ListReply.newBuilder()
                .addAllArtifacts(artifacts.list().stream().map(Messages::artifact).toList())
                .build());
  }

  @Override
  public void stat(StatRequest request, StreamObserver<StatReply> reply) {
    answer(reply, () -> Messages.details(artifacts.stat(source(request.getSource()))));
  }

  @Override
  public void pin(PinRequest request, StreamObserver<PinReply> reply) {
    answer(
        reply,
        () -> {
          var pinned = artifacts.pin(source(request.getSource()), owner(request.getOwner()));
          return PinReply.newBuilder().setArtifact(Messages.artifact(pinned)).build();
        });
  }

  @Override
  public void unpin(UnpinRequest request, StreamObserver<UnpinReply> reply) {
    answer(
        reply,
        () -> {
          var unpinned = artifacts.unpin(source(request.getSource()), owner(request.getOwner()));
          return UnpinReply.newBuilder().setArtifact(Messages.artifact(unpinned)).build();
        });
  }

  @Override
  public void remove(RemoveRequest request, StreamObserver<RemoveReply> reply) {
    answer(
        reply,
        () ->
            RemoveReply.newBuilder()
                .setFreedBytes(artifacts.remove(source(request.getSource())))
                .build());
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusReply> reply) {
    answer(reply, () -> Messages.status(status.get()));
  }

  private <T> void answer(StreamObserver<T> reply, Callable<T> call) {
    fork(
        reply,
        () -> {
          T answer = call.call();
          reply.onNext(answer);
          reply.onCompleted();
        });
  }

  private void fork(StreamObserver<?> reply, Work work) {
    try {
      var ignored =
          calls.fork(
              () -> {
                try {
                  work.run();
                } catch (Exception e) {
                  Failures.send(e, (ServerCallStreamObserver<?>) reply);
                }
                return true;
              });
    } catch (IllegalStateException e) {
      reply.onError(Status.UNAVAILABLE.withDescription("the daemon stops").asRuntimeException());
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Source source(String text) {
    try {
      return Source.parse(text);
    } catch (IllegalArgumentException e) {
      throw new LarderException(ErrorKind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  /// An owner is shown in tables and stored: one line of printable text.
  private static String owner(String text) {
    if (text.isBlank()
        || text.length() > LONGEST_OWNER
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new LarderException(
          ErrorKind.INVALID,
          "a pin needs an owner of 1 to " + LONGEST_OWNER + " printable characters");
    }
    return text;
  }
}
