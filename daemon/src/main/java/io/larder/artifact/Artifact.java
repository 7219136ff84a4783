package io.larder.artifact;

import io.larder.content.Digest;
import io.larder.content.Revision;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// A revision that is on this node, complete and exposed.
///
/// @param revision what it is
/// @param manifest SHA-256 of its manifest
/// @param path absolute: the snapshot directory, or the file in it for a source of one file
/// @param bytes sum of its files
/// @param files number of its files
/// @param pins owners of its pins
/// @param lastUsed when it was last asked for
public record Artifact(
    Revision revision,
    Digest manifest,
    Path path,
    long bytes,
    int files,
    List<String> pins,
    Instant lastUsed) {}
