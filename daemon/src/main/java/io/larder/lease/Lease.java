package io.larder.lease;

import io.larder.content.BlobId;
import java.time.Duration;

/// The right of this node to fetch one extent from the origin.
///
/// @param blob whose
/// @param extent which, see [io.larder.content.ChunkPlan]
/// @param token fencing token: larger than every one granted before
/// @param ttl after which it expires unless renewed, from the moment the request was sent
public record Lease(BlobId blob, int extent, long token, Duration ttl) {}
