package io.larder.lease;

import io.larder.content.Digest;
import io.larder.content.Source;

/// What a moving source stands for, as agreed by the cluster.
///
/// @param source what was asked for
/// @param revision the id of its revision
/// @param manifest SHA-256 of its manifest, which is a blob
/// @param manifestSize in bytes
public record Decision(Source source, String revision, Digest manifest, long manifestSize) {}
