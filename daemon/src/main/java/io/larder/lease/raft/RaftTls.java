package io.larder.lease.raft;

import java.nio.file.Path;

/// Mutual TLS on the Raft port: PEM files.
///
/// @param certificate of this node, with its chain
/// @param key of this node, PKCS #8
/// @param authority that signed the certificates of all nodes
public record RaftTls(Path certificate, Path key, Path authority) {}
