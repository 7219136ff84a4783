package io.larder.swarm.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.larder.content.BlobId;
import io.larder.content.IndexSet;
import io.larder.proto.peer.Availability;
import io.larder.proto.peer.WatchRequest;
import io.larder.swarm.ServedBlobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells one peer what this node holds of some blobs, until the peer hangs up. What has become
/// verified while the peer was not ready, or within the last few milliseconds, goes out in one
/// message a blob: a slow peer costs a set of bits a blob and no more.
final class Feed implements Runnable, ServedBlobs.Follower {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);
  private static final Duration COALESCE = Duration.ofMillis(3);

  private final ServedBlobs served;
  private final ServerCallStreamObserver<Availability> peer;
  private final Map<BlobId, Integer> indexes = new HashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private Map<BlobId, Pending> pending = new LinkedHashMap<>();
  private volatile boolean cancelled;

  private static final class Pending {
    boolean gone;
    final BitSet verified = new BitSet();
  }

  /// @throws IllegalArgumentException when the request names something that is no blob
  Feed(ServedBlobs served, WatchRequest request, ServerCallStreamObserver<Availability> peer) {
    this.served = served;
    this.peer = peer;
    for (int i = 0; i < request.getBlobsCount(); i++) {
      indexes.put(Messages.blob(request.getBlobs(i)), i);
    }
    peer.setOnReadyHandler(wake::release);
    peer.setOnCancelHandler(this::cancel);
  }

  private void cancel() {
    cancelled = true;
    wake.release();
  }

  @Override
  public void verified(BlobId blob, IndexSet chunks) {
    synchronized (this) {
      pending.computeIfAbsent(blob, _ -> new Pending()).verified.or(chunks.toBitSet());
    }
    wake.release();
  }

  @Override
  public void gone(BlobId blob) {
    synchronized (this) {
      Pending lost = pending.computeIfAbsent(blob, _ -> new Pending());
      lost.verified.clear();
      lost.gone = true;
    }
    wake.release();
  }

  private synchronized Map<BlobId, Pending> takePending() {
    Map<BlobId, Pending> taken = pending;
    pending = new LinkedHashMap<>();
    return taken;
  }

  @Override
  public void run() {
    Collection<BlobId> blobs = indexes.keySet();
    try (AutoCloseable _ = served.follow(blobs, this)) {
      while (!cancelled) {
        if (peer.isReady()) {
          for (Availability message : messages(takePending())) {
            peer.onNext(message);
          }
        }
        wake.acquire();
        Thread.sleep(COALESCE);
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      fail(Status.UNAVAILABLE.withDescription("the node stops serving"));
    } catch (Exception e) {
      log.warn("telling a peer about {} blobs failed", blobs.size(), e);
      fail(Messages.status(e));
    }
  }

  private List<Availability> messages(Map<BlobId, Pending> changes) {
    List<Availability> messages = new ArrayList<>();
    changes.forEach(
        (blob, change) -> {
          int index = indexes.getOrDefault(blob, -1);
          if (index < 0) {
            return;
          }
          if (change.gone) {
            messages.add(Availability.newBuilder().setBlob(index).setGone(true).build());
          }
          if (!change.verified.isEmpty()) {
            messages.add(
                Availability.newBuilder()
                    .setBlob(index)
                    .setVerified(Messages.indexes(IndexSet.copyOf(change.verified)))
                    .build());
          }
        });
    return messages;
  }

  private void fail(Status status) {
    if (!cancelled) {
      try {
        peer.onError(status.asRuntimeException());
      } catch (IllegalStateException e) {
        // Cancelled or ended in the meantime; nobody is left to tell.
      }
    }
  }
}
