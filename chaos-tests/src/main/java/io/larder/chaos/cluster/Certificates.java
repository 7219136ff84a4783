package io.larder.chaos.cluster;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.boot.tls.NodeCertificate;
import io.larder.content.NodeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// An authority of one cluster, and what a daemon is told about its own certificate.
final class Certificates {
  private final Path folder;
  private final CertificateAuthority authority;

  private Certificates(Path folder) {
    this.folder = folder;
    this.authority = CertificateAuthority.create(folder);
  }

  static Certificates create(Path folder) {
    return new Certificates(folder);
  }

  /// Issues a certificate and returns the flags that name its files.
  Map<String, String> flags(String node, String address) {
    NodeCertificate issued = authority.issue(new NodeId(node), List.of(address), folder);
    return Map.of(
        "tls-certificate", issued.certificate().toString(),
        "tls-key", issued.key().toString(),
        "tls-authority", issued.authority().toString());
  }
}
