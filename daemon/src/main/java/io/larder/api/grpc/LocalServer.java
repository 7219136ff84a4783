package io.larder.api.grpc;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.larder.api.NodeStatus;
import io.larder.artifact.Artifacts;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Scope;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the local API on a Unix socket. Thread-safe. Whoever started it closes it, before the
/// artifacts: closing interrupts the calls under way and takes the socket away.
public final class LocalServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalServer.class);
  private static final int MOST_REQUEST_BYTES = 16 << 20;

  private final Path socket;
  private final Closer closer;

  /// Where to listen.
  ///
  /// @param socket its directory is created when it is missing; at most 106 bytes long
  /// @param mode of the socket; who may write it may use the API
  public record Settings(Path socket, Set<PosixFilePermission> mode) {
    /// For its owner and group.
    public static Settings at(Path socket) {
      return new Settings(socket, PosixFilePermissions.fromString("rw-rw----"));
    }
  }

  private LocalServer(Path socket, Closer closer) {
    this.socket = socket;
    this.closer = closer;
  }

  /// Listens from now on. A socket left by a dead daemon is replaced.
  ///
  /// @param status asked for each status call, on a virtual thread
  /// @throws LarderException INVALID when the path is too long, CONFLICT when a live daemon or
  ///   something else has the path, DENIED when we may not write there, UNAVAILABLE when the
  ///   platform has no epoll
  public static LocalServer start(
      Settings settings, Artifacts artifacts, Supplier<NodeStatus> status) {
    if (!Epoll.isAvailable()) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          "the local API needs Linux on x86-64 or arm64, and this is "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch"),
          Epoll.unavailabilityCause());
    }
    Closer closer = new Closer();
    try {
      SocketFile file = closer.register(SocketFile.claim(settings.socket()));
      EventLoopGroup events =
          new MultiThreadIoEventLoopGroup(
              1, new DefaultThreadFactory("larder-api", true), EpollIoHandler.newFactory());
      closer.register(() -> events.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5_000));
      Scope calls = closer.register(Scope.open("api-call"));
      Server server =
          NettyServerBuilder.forAddress(new DomainSocketAddress(file.staging().toString()))
              .channelType(EpollServerDomainSocketChannel.class)
              .bossEventLoopGroup(events)
              .workerEventLoopGroup(events)
              // gRPC sets it, Unix sockets do not know it, and Netty would warn for each client.
              .withChildOption(ChannelOption.SO_KEEPALIVE, null)
              .maxInboundMessageSize(MOST_REQUEST_BYTES)
              // Each call goes to a virtual thread of its own at once.
              .directExecutor()
              .addService(new LocalService(artifacts, status, calls))
              .build()
              .start();
      closer.register(() -> server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
      file.publish(settings.mode());
      log.info("local API on {}", settings.socket());
      return new LocalServer(settings.socket(), closer);
    } catch (IOException e) {
      closer.close();
      throw new LarderException(
          ErrorKind.DENIED, "cannot listen on the socket " + settings.socket() + ": " + e, e);
    } catch (RuntimeException e) {
      closer.close();
      throw e;
    }
  }

  /// Where it listens.
  public Path socket() {
    return socket;
  }

  /// Interrupts the calls under way, waits for them, and takes the socket away. Idempotent.
  @Override
  public void close() {
    closer.close();
  }
}
