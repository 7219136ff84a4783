package io.larder.store;

import io.larder.content.BlobId;
import io.larder.content.Seal;
import java.time.Instant;

/// A committed blob.
///
/// @param id the name it was asked under
/// @param seal digest and Merkle root of its content
/// @param size in bytes
/// @param lastUsed when it was last opened or touched
public record BlobInfo(BlobId id, Seal seal, long size, Instant lastUsed) {}
