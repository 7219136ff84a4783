package io.larder.boot.tls;

import java.nio.file.Path;

/// The PEM files that the settings `tls.certificate`, `tls.key` and `tls.authority` name.
///
/// @param certificate of the node
/// @param key of the node, readable by its owner alone
/// @param authority that issued it
public record NodeCertificate(Path certificate, Path key, Path authority) {}
