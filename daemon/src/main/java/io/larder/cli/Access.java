package io.larder.cli;

import io.larder.api.grpc.LocalServer;
import io.larder.client.LarderClient;
import io.larder.client.LarderClientException;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Deadline;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/// A client of the daemon, or of an embedded node that stands in for it. The embedded node is
/// reached through a private socket, so that every command has one way to do its work. Whoever
/// opened it closes it.
final class Access implements AutoCloseable {
  private final LarderClient client;
  private final boolean embedded;
  private final Closer closer;

  private Access(LarderClient client, boolean embedded, Closer closer) {
    this.client = client;
    this.embedded = embedded;
    this.closer = closer;
  }

  /// Opens accesses: [#daemon] or nothing, or [#node] of either sort.
  record Opener(Environment environment, EmbeddedNode.Factory factory) {
    /// @throws LarderClientException UNAVAILABLE when no daemon runs
    Access daemon(CommonOptions options) {
      return ofDaemon(LarderClient.connect(socket(options)));
    }

    /// The daemon, or the embedded node when none runs and none was named.
    ///
    /// @param patience with another command that uses the embedded node's store
    /// @throws LarderClientException UNAVAILABLE when the named daemon does not run, DENIED when
    ///   this user may not use it
    Access node(CommonOptions options, Duration patience) throws InterruptedException {
      try {
        return daemon(options);
      } catch (LarderClientException e) {
        if (isNamed(options) || e.kind() != LarderClientException.Kind.UNAVAILABLE) {
          throw e;
        }
      }
      return embedded(patience);
    }

    private boolean isNamed(CommonOptions options) {
      return options.socket != null
          || !environment.variable(LarderClient.SOCKET_VARIABLE).isEmpty();
    }

    private Path socket(CommonOptions options) {
      if (options.socket != null) {
        return options.socket;
      }
      String named = environment.variable(LarderClient.SOCKET_VARIABLE);
      return named.isEmpty() ? LarderClient.DEFAULT_SOCKET : Path.of(named);
    }

    private Access embedded(Duration patience) throws InterruptedException {
      Path path = EmbeddedStore.find(environment);
      Closer closer = new Closer();
      try {
        EmbeddedStore store =
            closer.register(
                EmbeddedStore.open(
                    path,
                    Deadline.after(patience),
                    () ->
                        environment
                            .err()
                            .println("larder: waiting for another command that uses " + path)));
        EmbeddedNode node = closer.register(factory.open(store.path()));
        Path directory = Files.createTempDirectory("larder-");
        closer.register(() -> delete(directory));
        LocalServer server =
            closer.register(
                LocalServer.start(
                    new LocalServer.Settings(
                        directory.resolve("s"), PosixFilePermissions.fromString("rw-------")),
                    node.artifacts(),
                    node::status));
        LarderClient client = closer.register(LarderClient.connect(server.socket()));
        return new Access(client, true, closer);
      } catch (IOException e) {
        closer.close();
        throw new LarderException(
            ErrorKind.DENIED, "cannot make a temporary folder (" + e + "); set TMPDIR to one", e);
      } catch (RuntimeException | InterruptedException e) {
        closer.close();
        throw e;
      }
    }

    private static void delete(Path directory) throws IOException {
      Files.deleteIfExists(directory.resolve("s.lock"));
      Files.deleteIfExists(directory);
    }
  }

  private static Access ofDaemon(LarderClient client) {
    Closer closer = new Closer();
    return new Access(closer.register(client), false, closer);
  }

  LarderClient client() {
    return client;
  }

  /// Whether the node ends with this command.
  boolean isEmbedded() {
    return embedded;
  }

  @Override
  public void close() {
    closer.close();
  }
}
