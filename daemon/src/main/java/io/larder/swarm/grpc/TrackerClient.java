package io.larder.swarm.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.peer.AdvertiseRequest;
import io.larder.proto.peer.LocateReply;
import io.larder.proto.peer.LocateRequest;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.swarm.Membership;
import io.larder.swarm.NodeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Talks to the tracker of a node, and to this node's own without a call. Many blobs go in several
/// messages. Thread-safe.
final class TrackerClient {
  private static final int BLOBS_PER_MESSAGE = 4096;

  private final Membership membership;
  private final Tracker own;
  private final Channels channels;

  TrackerClient(Membership membership, Tracker own, Channels channels) {
    this.membership = membership;
    this.own = own;
    this.channels = channels;
  }

  /// @return holders of each blob, in the order of the blobs
  List<List<NodeId>> locate(NodeInfo tracker, List<BlobId> blobs, int limit, Deadline deadline)
      throws InterruptedException {
    NodeInfo self = membership.self();
    List<List<NodeId>> holders = new ArrayList<>(blobs.size());
    if (tracker.id().equals(self.id())) {
      for (BlobId blob : blobs) {
        holders.add(own.locate(self.id(), Optional.of(self), blob, limit, membership::find));
      }
      return holders;
    }
    for (List<BlobId> batch : batches(blobs)) {
      LocateReply reply =
          get(
              tracker,
              stub(tracker, deadline)
                  .locate(
                      LocateRequest.newBuilder()
                          .setNode(self.id().value())
                          .addAllBlobs(batch.stream().map(Messages::blob).toList())
                          .setLimit(limit)
                          .build()));
      if (reply.getHoldersCount() != batch.size()) {
        throw new LarderException(
            ErrorKind.UNAVAILABLE,
            "tracker " + tracker.id() + " answers for other blobs than it was asked about");
      }
      reply
          .getHoldersList()
          .forEach(h -> holders.add(h.getNodesList().stream().map(NodeId::new).toList()));
    }
    return holders;
  }

  /// @return the tracker's epoch
  long advertise(
      NodeInfo tracker, Collection<BlobId> present, Collection<BlobId> withdrawn, Deadline deadline)
      throws InterruptedException {
    NodeInfo self = membership.self();
    if (tracker.id().equals(self.id())) {
      own.advertise(self.id(), Optional.of(self.incarnation()), present, withdrawn);
      return own.epoch();
    }
    long epoch = 0;
    for (List<BlobId> batch : batches(List.copyOf(withdrawn))) {
      epoch = advertise(tracker, List.of(), batch, self, deadline);
    }
    for (List<BlobId> batch : batches(List.copyOf(present))) {
      epoch = advertise(tracker, batch, List.of(), self, deadline);
    }
    return epoch;
  }

  private long advertise(
      NodeInfo tracker,
      List<BlobId> present,
      List<BlobId> withdrawn,
      NodeInfo self,
      Deadline deadline)
      throws InterruptedException {
    AdvertiseRequest request =
        AdvertiseRequest.newBuilder()
            .setNode(self.id().value())
            .addAllPresent(present.stream().map(Messages::blob).toList())
            .addAllWithdrawn(withdrawn.stream().map(Messages::blob).toList())
            .build();
    return get(tracker, stub(tracker, deadline).advertise(request)).getTrackerEpoch();
  }

  private PeerExchangeGrpc.PeerExchangeFutureStub stub(NodeInfo tracker, Deadline deadline) {
    return PeerExchangeGrpc.newFutureStub(channels.control(tracker.peerAddress()))
        .withDeadlineAfter(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
  }

  private static <T> T get(NodeInfo tracker, ListenableFuture<T> future)
      throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw Messages.unavailable(tracker.id().value(), e);
    } finally {
      future.cancel(true);
    }
  }

  private static List<List<BlobId>> batches(List<BlobId> blobs) {
    List<List<BlobId>> batches = new ArrayList<>();
    for (int at = 0; at < blobs.size(); at += BLOBS_PER_MESSAGE) {
      batches.add(blobs.subList(at, Math.min(blobs.size(), at + BLOBS_PER_MESSAGE)));
    }
    return batches;
  }
}
