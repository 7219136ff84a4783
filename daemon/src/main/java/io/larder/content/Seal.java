package io.larder.content;

/// What is known about a blob once a node has checked all of it.
///
/// @param content SHA-256 of the whole content
/// @param merkleRoot [Merkle#root] over the chunk digests
public record Seal(Digest content, Digest merkleRoot) {}
