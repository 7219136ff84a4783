package io.larder.swarm.grpc;

import io.larder.concurrent.Limit;
import io.larder.concurrent.Throttle;
import io.larder.swarm.PeerMeter;
import io.larder.swarm.ServedBlobs;

/// What all uploads of this node share. Thread-safe.
///
/// @param blobs what is served
/// @param slots how many at once
/// @param rate of all together
/// @param mostPartBytes data of one message
record Uploads(ServedBlobs blobs, Limit slots, Throttle rate, int mostPartBytes, PeerMeter meter) {
  // A message with its headers fits into 1 MiB, the largest buffer that gRPC allocates in one
  // piece.
  private static final int LARGEST_PART = (1 << 20) - 64;
  private static final int SMALLEST_PART = 4 << 10;
  private static final int PARTS_PER_SECOND = 32;

  static Uploads of(ServedBlobs blobs, long bytesPerSecond, int streams, PeerMeter meter) {
    // Under a low limit parts are small, so that every stream moves often and none looks stalled.
    int part =
        bytesPerSecond == 0
            ? LARGEST_PART
            : (int) Math.clamp(bytesPerSecond / PARTS_PER_SECOND, SMALLEST_PART, LARGEST_PART);
    return new Uploads(
        blobs,
        new Limit("the upload streams of this node", streams),
        Throttle.of(bytesPerSecond),
        part,
        meter);
  }
}
