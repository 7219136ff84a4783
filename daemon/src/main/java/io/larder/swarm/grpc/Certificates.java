package io.larder.swarm.grpc;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.larder.concurrent.Ticker;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.swarm.TlsOptions;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificates of this node, for both ends of mutual TLS. Files that change are read again;
/// connections made from then on use them.
///
/// A peer is trusted when one of the cluster's authorities signed its certificate. Its host name is
/// not compared: the authority signs nothing but daemons of this cluster, pods come back under
/// other addresses than those a certificate was made for, and what a daemon could gain by posing as
/// another one is little, because every chunk is verified whoever sent it.
final class Certificates implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Certificates.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private final TlsOptions options;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;
  private final SslContext client;
  private final SslContext server;
  private final Ticker ticker;
  private List<FileTime> seen;

  /// @throws LarderException INVALID when a file cannot be read or is not what it should be
  static Certificates load(TlsOptions options) {
    try {
      return new Certificates(options);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new LarderException(
          ErrorKind.INVALID,
          "the TLS files "
              + options.certificate()
              + ", "
              + options.key()
              + " and "
              + options.authority()
              + " cannot be used: "
              + e,
          e);
    }
  }

  private Certificates(TlsOptions options) throws IOException, GeneralSecurityException {
    this.options = options;
    this.trust =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
            .build();
    this.seen = times(options);
    read();
    this.client =
        GrpcSslContexts.configure(SslContextBuilder.forClient())
            .keyManager(keys)
            .trustManager(trust)
            .build();
    this.server =
        GrpcSslContexts.configure(SslContextBuilder.forServer(keys))
            .trustManager(trust)
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    if (!OpenSsl.isAvailable()) {
      log.info("TLS by the JDK: BoringSSL is not there for this platform");
    }
    this.ticker = Ticker.start("certificates", LOOK_AGAIN, this::readWhenChanged);
  }

  private void read() throws IOException, GeneralSecurityException {
    keys.updateIdentityCredentials(options.certificate().toFile(), options.key().toFile());
    trust.updateTrustCredentials(options.authority().toFile());
  }

  private void readWhenChanged() {
    try {
      List<FileTime> now = times(options);
      if (!now.equals(seen)) {
        read();
        // Only now: half-written files are read again.
        seen = now;
        log.info("read the changed TLS files beside {}", options.certificate());
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      log.warn("the changed TLS files are not used, the old ones stay: {}", e.toString());
    }
  }

  private static List<FileTime> times(TlsOptions options) throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (Path file : List.of(options.certificate(), options.key(), options.authority())) {
      times.add(Files.getLastModifiedTime(file));
    }
    return times;
  }

  SslContext client() {
    return client;
  }

  SslContext server() {
    return server;
  }

  @Override
  public void close() {
    ticker.close();
  }
}
