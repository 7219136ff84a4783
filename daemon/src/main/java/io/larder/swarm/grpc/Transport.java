package io.larder.swarm.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Scope;
import io.larder.swarm.TlsOptions;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// Event loops and TLS of the peer port, shared by its server and by the channels to peers. epoll
/// on Linux, NIO elsewhere.
final class Transport implements AutoCloseable {
  /// The longest message other than parts of chunks: the digests of a blob of a terabyte.
  static final int MOST_MESSAGE_BYTES = 64 << 20;

  // What a peer may have on the way before it must wait for us; gRPC raises it when the link is
  // long.
  private static final int WINDOW = 4 << 20;
  private static final int CONNECT_MILLIS = 3_000;
  private static final int MOST_LOOPS = 8;

  private final Closer closer = new Closer();
  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup loops;
  private final Optional<Certificates> certificates;
  private final FrameAllocator frames = new FrameAllocator();
  private final Executor executor;

  /// @param calls runs what gRPC does besides moving bytes, such as resolving names
  Transport(Optional<TlsOptions> tls, Scope calls) {
    this.certificates = tls.map(options -> closer.register(Certificates.load(options)));
    this.executor = task -> executing(calls, task);
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MOST_LOOPS);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("larder-peer", true), handlers);
    closer.register(() -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5_000));
  }

  private static void executing(Scope calls, Runnable task) {
    calls.fork(
        () -> {
          task.run();
          return true;
        });
  }

  /// Runs tasks on virtual threads.
  Executor executor() {
    return executor;
  }

  boolean secure() {
    return certificates.isPresent();
  }

  NettyServerBuilder server(InetSocketAddress address) {
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelType(type)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .withChildOption(ChannelOption.ALLOCATOR, frames)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .initialFlowControlWindow(WINDOW)
            .maxInboundMessageSize(MOST_MESSAGE_BYTES)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS);
    certificates.ifPresent(c -> builder.sslContext(c.server()));
    return builder;
  }

  /// A channel that connects when it is used.
  ///
  /// @param address `host:port`
  ManagedChannel channel(String address) {
    Class<? extends SocketChannel> type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget("dns:///" + address)
            .channelType(type, InetSocketAddress.class)
            .eventLoopGroup(loops)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .withOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .offloadExecutor(executor)
            .initialFlowControlWindow(WINDOW)
            .maxInboundMessageSize(MOST_MESSAGE_BYTES)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .idleTimeout(5, TimeUnit.MINUTES)
            .disableRetry()
            .disableServiceConfigLookUp()
            // Daemons reach each other directly; a proxy in the environment is for the origin.
            .proxyDetector(_ -> null);
    certificates.ifPresentOrElse(c -> builder.sslContext(c.client()), builder::usePlaintext);
    return builder.build();
  }

  @Override
  public void close() {
    closer.close();
  }
}
