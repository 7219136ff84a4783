package io.larder.swarm.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Limit;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.NodeId;
import io.larder.proto.peer.ChunkRef;
import io.larder.proto.peer.ReadRequest;
import io.larder.swarm.ServedBlobs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends one peer the chunks it asked for. Runs on a virtual thread of its own, because a handler
/// that blocked would never hear that the stream is ready.
final class Upload implements Runnable {
  private static final Duration SLOT_PATIENCE = Duration.ofMinutes(1);
  private static final Duration READY_PATIENCE = Duration.ofMinutes(1);

  private final Uploads uploads;
  private final ReadRequest request;
  private final ServerCallStreamObserver<OutgoingPart> peer;
  private final Semaphore ready = new Semaphore(0);
  private @Nullable Thread waiting;
  private boolean cancelled;

  Upload(Uploads uploads, ReadRequest request, ServerCallStreamObserver<OutgoingPart> peer) {
    this.uploads = uploads;
    this.request = request;
    this.peer = peer;
    peer.setOnReadyHandler(ready::release);
    peer.setOnCancelHandler(this::cancel);
  }

  @Override
  public void run() {
    try {
      send();
    } catch (InterruptedException e) {
      end(Status.CANCELLED.withDescription("the node stops serving"));
    } catch (Exception e) {
      end(Messages.status(e));
    }
  }

  private void end(Status failure) {
    if (!isCancelled()) {
      try {
        peer.onError(failure.asRuntimeException());
      } catch (IllegalStateException e) {
        // Cancelled or ended in the meantime; nobody is left to tell.
      }
    }
  }

  private void send() throws Exception {
    NodeId node = new NodeId(request.getNode());
    try (Limit.Permit _ = waiting(() -> uploads.slots().acquire(Deadline.after(SLOT_PATIENCE)))) {
      uploads.meter().uploads(1);
      Optional<ServedBlobs.Served> blob = Optional.empty();
      @Nullable BlobId name = null;
      try {
        for (int i = 0; i < request.getChunksCount(); i++) {
          ChunkRef ref = request.getChunks(i);
          BlobId wanted = Messages.blob(ref.getBlob());
          if (!wanted.equals(name)) {
            blob.ifPresent(ServedBlobs.Served::close);
            blob = Optional.empty();
            blob = uploads.blobs().open(wanted);
            name = wanted;
          }
          if (blob.isPresent() && blob.get().verified().contains(ref.getChunk())) {
            send(i, ref.getChunk(), blob.get(), node);
          } else {
            send(OutgoingPart.missing(i));
          }
        }
        peer.onCompleted();
      } finally {
        blob.ifPresent(ServedBlobs.Served::close);
        uploads.meter().uploads(-1);
      }
    }
  }

  private void send(int index, int chunk, ServedBlobs.Served blob, NodeId node) throws Exception {
    ByteRange range = blob.plan().chunk(chunk);
    // Equal parts, so that none is tiny.
    long parts = Math.ceilDiv(range.length(), uploads.mostPartBytes());
    int size = (int) Math.ceilDiv(range.length(), parts);
    for (long at = range.offset(); at < range.end(); at += size) {
      int length = (int) Math.min(size, range.end() - at);
      waiting(
          () -> {
            uploads.rate().take(length);
            return true;
          });
      boolean last = at + length == range.end();
      send(new OutgoingPart(index, (int) (at - range.offset()), last, blob.channel(), at, length));
      uploads.meter().sent(node, length);
    }
  }

  private void send(OutgoingPart part) throws Exception {
    Deadline patience = Deadline.after(READY_PATIENCE);
    while (!peer.isReady()) {
      boolean heard =
          waiting(() -> ready.tryAcquire(patience.left().toNanos(), TimeUnit.NANOSECONDS));
      if (!heard) {
        patience.check("sending to " + request.getNode());
      }
      ready.drainPermits();
    }
    peer.onNext(part);
  }

  private interface Wait<T> {
    T run() throws InterruptedException;
  }

  /// Waits so that a cancel interrupts it. Nothing else is interrupted: an interrupt that hits a
  /// read from a file closes its channel, for others too.
  private <T> T waiting(Wait<T> wait) throws InterruptedException {
    synchronized (this) {
      if (cancelled) {
        throw new InterruptedException("cancelled by the peer");
      }
      waiting = Thread.currentThread();
    }
    boolean done = false;
    try {
      T result = wait.run();
      done = true;
      return result;
    } finally {
      synchronized (this) {
        waiting = null;
        if (done && cancelled) {
          // The interrupt came too late to end the wait, and must not hit anything later. The next
          // wait sees the flag.
          var ignored = Thread.interrupted();
        }
      }
    }
  }

  private synchronized void cancel() {
    cancelled = true;
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }
}
