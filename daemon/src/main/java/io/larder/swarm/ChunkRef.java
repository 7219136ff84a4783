package io.larder.swarm;

import io.larder.content.BlobId;

/// One chunk of one blob.
public record ChunkRef(BlobId blob, int chunk) {}
