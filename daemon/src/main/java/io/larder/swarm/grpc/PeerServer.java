package io.larder.swarm.grpc;

import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens for peers. Without certificates everything is in plain text, and a warning says so
/// unless only this machine can connect.
final class PeerServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeerServer.class);

  private final Server server;

  private PeerServer(Server server) {
    this.server = server;
  }

  /// @throws LarderException CONFLICT when the address cannot be bound
  static PeerServer start(InetSocketAddress listen, Transport transport, HandlerRegistry services) {
    try {
      Server server = transport.server(listen).fallbackHandlerRegistry(services).build().start();
      boolean local = !listen.isUnresolved() && listen.getAddress().isLoopbackAddress();
      if (!transport.secure() && !local) {
        log.warn(
            "peers talk in plain text on {}: anyone who can reach it can read what this node holds;"
                + " set tls.certificate, tls.key and tls.authority",
            listen);
      }
      return new PeerServer(server);
    } catch (IOException e) {
      throw new LarderException(
          ErrorKind.CONFLICT,
          "cannot listen for peers on " + listen + ": " + reason(e) + "; set peer.listen",
          e);
    }
  }

  private static String reason(IOException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage());
  }

  /// The port that is listened on.
  int port() {
    return server.getPort();
  }

  /// Cancels the calls under way and waits for their ends.
  @Override
  public void close() {
    server.shutdownNow();
    try {
      var ignored = server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
