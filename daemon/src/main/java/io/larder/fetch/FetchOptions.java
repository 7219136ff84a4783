package io.larder.fetch;

import java.time.Duration;

/// How hard to pull.
///
/// @param originStreams most extents that this node fetches from origins at once for one request
/// @param peerReads most reads from peers at once for one request
/// @param activeBlobs most blobs of one request that are open at once
/// @param leaseTtl how long a lease lasts without renewal
/// @param lookupEvery pause between questions to the peer directory
/// @param lostAfter how long a chunk that the cluster calls complete may go without anyone offering
///   it before it is fetched from the origin again
/// @param patience how long a request goes on without any progress while its sources fail
public record FetchOptions(
    int originStreams,
    int peerReads,
    int activeBlobs,
    Duration leaseTtl,
    Duration lookupEvery,
    Duration lostAfter,
    Duration patience) {
  public static FetchOptions defaults() {
    return new FetchOptions(
        4,
        8,
        512,
        Duration.ofSeconds(4),
        Duration.ofMillis(500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60));
  }
}
