package io.larder.boot.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  @TempDir Path dir;

  @Test
  void certificatesNameTheNodeAndServeBothEnds() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(dir.resolve("tls"));

    NodeCertificate node =
        authority.issue(
            new NodeId("gpu_1"), List.of("127.0.0.1", "::1", "gpu-1.example"), dir.resolve("tls"));

    X509Certificate certificate = certificate(node.certificate());
    X509Certificate root = certificate(node.authority());
    certificate.verify(root.getPublicKey());
    certificate.checkValidity();
    assertThat(certificate.getSubjectAlternativeNames())
        .extracting(name -> name.get(1).toString())
        .containsExactly("gpu_1", "127.0.0.1", "0:0:0:0:0:0:0:1", "gpu-1.example");
    assertThat(certificate.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(root.getBasicConstraints()).isZero();
    assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
    assertThat(certificate.getSerialNumber()).isNotEqualTo(root.getSerialNumber());
  }

  @Test
  void onlyTheOwnerReadsAKey() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(dir);
    NodeCertificate node = authority.issue(new NodeId("n"), List.of(), dir);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(node.key())))
        .isEqualTo("rw-------");
    assertThat(Files.readString(node.key())).startsWith("-----BEGIN PRIVATE KEY-----");
    try (var files = Files.list(dir)) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("ca.crt", "n.crt", "n.key");
    }
  }

  @Test
  void nodesOfOneAuthorityTrustEachOther() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(dir);
    SSLContext server = context(authority.issue(new NodeId("a"), List.of("127.0.0.1"), dir));
    SSLContext client = context(authority.issue(new NodeId("b"), List.of("127.0.0.1"), dir));

    assertThat(handshake(server, client)).isEqualTo("CN=a");
  }

  @Test
  void nodesOfAnotherAuthorityAreNotTrusted() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(dir.resolve("1"));
    CertificateAuthority other = CertificateAuthority.create(dir.resolve("2"));
    SSLContext server = context(authority.issue(new NodeId("a"), List.of("127.0.0.1"), dir));
    SSLContext client = context(other.issue(new NodeId("b"), List.of("127.0.0.1"), dir));

    assertThatThrownBy(() -> handshake(server, client)).isInstanceOf(SSLException.class);
  }

  @Test
  void aNodeIsIssuedAnewInPlace() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(dir);
    NodeCertificate first = authority.issue(new NodeId("n"), List.of(), dir);
    byte[] before = Files.readAllBytes(first.key());

    NodeCertificate second = authority.issue(new NodeId("n"), List.of(), dir);

    assertThat(second).isEqualTo(first);
    assertThat(Files.readAllBytes(second.key())).isNotEqualTo(before);
    context(second);
  }

  @Test
  void aNameLongerThanACommonNameIsKeptWholeAmongTheAlternatives() throws Exception {
    NodeId node = new NodeId("n".repeat(200));
    NodeCertificate issued = CertificateAuthority.create(dir).issue(node, List.of(), dir);

    assertThat(certificate(issued.certificate()).getSubjectAlternativeNames())
        .extracting(name -> name.get(1).toString())
        .containsExactly(node.value());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.createFile(dir.resolve("file"));

    assertThatThrownBy(() -> CertificateAuthority.create(file.resolve("tls")))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
        .hasMessageContaining(file.toString());
  }

  private static X509Certificate certificate(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static SSLContext context(NodeCertificate node) throws Exception {
    String pem = Files.readString(node.key()).replaceAll("-----[A-Z ]+-----|\\s", "");
    PrivateKey key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "node", key, new char[0], new X509Certificate[] {certificate(node.certificate())});
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("authority", certificate(node.authority()));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /// Mutual TLS with the host name checked; returns whom the client spoke to.
  private static String handshake(SSLContext server, SSLContext client) throws Exception {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (var listener =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(true);
      CompletableFuture<Void> served = serve(listener);
      try (var socket =
          (SSLSocket) client.getSocketFactory().createSocket(loopback, listener.getLocalPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        // With TLS 1.3 a refused client certificate shows at the first read only.
        assertThat(socket.getInputStream().read()).isEqualTo('x');
        served.get(10, TimeUnit.SECONDS);
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
            .getSubjectX500Principal()
            .getName();
      }
    }
  }

  private static CompletableFuture<Void> serve(SSLServerSocket listener) {
    Callable<Void> one =
        () -> {
          try (var socket = listener.accept()) {
            socket.getOutputStream().write('x');
            return null;
          }
        };
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return one.call();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
