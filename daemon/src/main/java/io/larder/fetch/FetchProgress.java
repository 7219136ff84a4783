package io.larder.fetch;

import java.util.concurrent.atomic.LongAdder;

/// Running totals of one request, in verified bytes. Written by many threads, read by any.
public final class FetchProgress {
  private final LongAdder origin = new LongAdder();
  private final LongAdder peers = new LongAdder();
  private final LongAdder present = new LongAdder();
  private final LongAdder pulled = new LongAdder();
  private volatile boolean coordinated = true;

  /// Fetched from the origin by this node.
  public long originBytes() {
    return origin.sum();
  }

  /// Fetched from peers.
  public long peerBytes() {
    return peers.sum();
  }

  /// Verified here before the request came.
  public long presentBytes() {
    return present.sum();
  }

  /// False once the request had to go on without the Raft group.
  public boolean coordinated() {
    return coordinated;
  }

  /// Read from the origin, verified or not yet.
  long pulledBytes() {
    return pulled.sum();
  }

  void pulled(long bytes) {
    pulled.add(bytes);
  }

  void fromOrigin(long bytes) {
    origin.add(bytes);
  }

  void fromPeer(long bytes) {
    peers.add(bytes);
  }

  /// Counts bytes that were here already.
  public void present(long bytes) {
    present.add(bytes);
  }

  void uncoordinated() {
    coordinated = false;
  }
}
