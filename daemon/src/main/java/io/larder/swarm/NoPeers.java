package io.larder.swarm;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The swarm of a node that belongs to no cluster: nobody is found, nobody can be asked.
public final class NoPeers implements PeerDirectory, PeerClient {
  @Override
  public Map<BlobId, List<NodeId>> lookup(Collection<BlobId> blobs) {
    return Map.of();
  }

  @Override
  public void advertise(Collection<BlobId> blobs) {}

  @Override
  public void withdraw(Collection<BlobId> blobs) {}

  @Override
  public Watch watch(NodeId peer, Collection<BlobId> blobs, AvailabilityListener listener) {
    throw unknown(peer);
  }

  @Override
  public void read(NodeId peer, List<ChunkRef> chunks, ChunkSink sink, Deadline deadline) {
    throw unknown(peer);
  }

  @Override
  public List<BlobDescription> describe(NodeId peer, Collection<BlobId> blobs, Deadline deadline) {
    throw unknown(peer);
  }

  private static LarderException unknown(NodeId peer) {
    return new LarderException(
        ErrorKind.UNAVAILABLE, peer + " is not known: this node belongs to no cluster");
  }

  @Override
  public void close() {}
}
