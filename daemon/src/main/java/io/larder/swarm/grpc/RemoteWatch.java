package io.larder.swarm.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.proto.peer.Availability;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.WatchRequest;
import io.larder.swarm.PeerClient;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A running `Watch`. Its listener is called on virtual threads, one call at a time; the next
/// message is asked for when it has returned.
final class RemoteWatch extends ClientCall.Listener<Availability> implements PeerClient.Watch {
  private final List<BlobId> blobs;
  private final PeerClient.AvailabilityListener listener;
  private final AtomicBoolean ended = new AtomicBoolean();
  private @Nullable ClientCall<WatchRequest, Availability> call;

  RemoteWatch(List<BlobId> blobs, PeerClient.AvailabilityListener listener) {
    this.blobs = blobs;
    this.listener = listener;
  }

  /// Once only, before it is handed out.
  void start(Channel channel, NodeId self, Executor executor) {
    ClientCall<WatchRequest, Availability> started =
        channel.newCall(
            PeerExchangeGrpc.getWatchMethod(), CallOptions.DEFAULT.withExecutor(executor));
    synchronized (this) {
      call = started;
    }
    started.start(this, new Metadata());
    started.request(1);
    started.sendMessage(
        WatchRequest.newBuilder()
            .setNode(self.value())
            .addAllBlobs(blobs.stream().map(Messages::blob).toList())
            .build());
    started.halfClose();
  }

  private synchronized @Nullable ClientCall<WatchRequest, Availability> call() {
    return call;
  }

  @Override
  public void onMessage(Availability message) {
    if (ended.get()) {
      return;
    }
    // Unsigned on the wire: an index beyond all may look negative.
    int index = message.getBlob();
    if (index < 0 || index >= blobs.size()) {
      end("it speaks of a blob that it was not asked about");
      return;
    }
    if (message.getGone()) {
      listener.gone(blobs.get(index));
    } else {
      listener.available(blobs.get(index), Messages.indexes(message.getVerified()));
    }
    ClientCall<WatchRequest, Availability> running = call();
    if (running != null) {
      running.request(1);
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (ended.compareAndSet(false, true)) {
      listener.ended(Messages.reason(status));
    }
  }

  private void end(String reason) {
    if (ended.compareAndSet(false, true)) {
      cancel(reason);
      listener.ended(reason);
    }
  }

  @Override
  public void close() {
    if (ended.compareAndSet(false, true)) {
      cancel("closed");
    }
  }

  private void cancel(String reason) {
    ClientCall<WatchRequest, Availability> running = call();
    if (running != null) {
      running.cancel(reason, null);
    }
  }
}
