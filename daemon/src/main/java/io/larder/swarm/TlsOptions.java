package io.larder.swarm;

import java.nio.file.Path;

/// Certificates for mutual TLS between the nodes of a cluster, as PEM files. They are read again
/// when they change.
///
/// @param certificate this node's certificate, with the intermediate ones behind it
/// @param key its private key, PKCS#8 without a password
/// @param authority certificates of the authorities; a node whose certificate none of them signed
///   is refused
public record TlsOptions(Path certificate, Path key, Path authority) {}
