package io.larder.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.larder.client.LarderClientException.Kind;
import io.larder.proto.local.EnsureEvent;
import io.larder.proto.local.LarderGrpc;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A gRPC channel over a Unix socket. Thread-safe. */
final class Connection implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Listing a node, or the 50,000 files of one artifact, takes some megabytes. */
  private static final int MOST_REPLY_BYTES = 256 << 20;

  private final Path socket;
  private final Duration callTimeout;
  private final EventLoopGroup events;
  private final ManagedChannel channel;

  private Connection(Path socket, Duration callTimeout) {
    this.socket = socket;
    this.callTimeout = callTimeout;
    // One daemon thread: a program that forgets to close its client still ends.
    this.events =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("larder-client", true), EpollIoHandler.newFactory());
    this.channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
            .eventLoopGroup(events)
            .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
            // gRPC sets it, Unix sockets do not know it, and Netty would warn.
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .overrideAuthority("localhost")
            .usePlaintext()
            .maxInboundMessageSize(MOST_REPLY_BYTES)
            .build();
  }

  static Connection open(Path socket, Duration patience, Duration callTimeout) {
    if (!Epoll.isAvailable()) {
      throw new LarderClientException(
          Kind.UNAVAILABLE,
          "Larder runs on Linux (x86-64 or arm64) only, not on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch"),
          Epoll.unavailabilityCause());
    }
    SocketProbe.await(socket, patience);
    return new Connection(socket, callTimeout);
  }

  Path socket() {
    return socket;
  }

  /**
   * @param what the call does, for messages
   */
  <T> T call(String what, Function<LarderGrpc.LarderBlockingStub, T> call) {
    ready();
    try {
      return call.apply(
          LarderGrpc.newBlockingStub(channel)
              .withDeadlineAfter(callTimeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (StatusRuntimeException e) {
      throw Failures.of(e, what, socket);
    }
  }

  Ensure ensure(EnsureRequest request) {
    ready();
    var message = io.larder.proto.local.EnsureRequest.newBuilder().setSource(request.source());
    request.pinOwner().ifPresent(message::setPinOwner);
    LarderGrpc.LarderStub stub = LarderGrpc.newStub(channel);
    if (request.timeout().isPresent()) {
      stub = stub.withDeadlineAfter(request.timeout().get().toNanos(), TimeUnit.NANOSECONDS);
    }
    Ensure ensure = new Ensure(request);
    stub.ensure(message.build(), new Events(ensure));
    return ensure;
  }

  /**
   * Waits until the channel is connected. gRPC alone would back off for up to two minutes after a
   * restart of the daemon, and not say why; the kernel's answer is quick and exact.
   */
  private void ready() {
    long end = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
    ConnectivityState state = channel.getState(true);
    while (state != ConnectivityState.READY) {
      if (state == ConnectivityState.SHUTDOWN) {
        throw new LarderClientException(Kind.INVALID, "this client is closed; connect a new one");
      }
      SocketProbe.check(socket);
      if (state == ConnectivityState.TRANSIENT_FAILURE) {
        channel.resetConnectBackoff();
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      try {
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new LarderClientException(
              Kind.UNAVAILABLE,
              "what listens at "
                  + socket
                  + " did not answer as a Larder daemon within "
                  + CONNECT_TIMEOUT.toSeconds()
                  + " s");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LarderClientException(
            Kind.UNAVAILABLE, "interrupted while connecting to " + socket, e);
      }
      state = channel.getState(true);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    boolean interrupted = false;
    try {
      channel.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    events.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Feeds the events of a call into its handle. */
  private final class Events
      implements ClientResponseObserver<io.larder.proto.local.EnsureRequest, EnsureEvent> {
    private final Ensure ensure;

    Events(Ensure ensure) {
      this.ensure = ensure;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<io.larder.proto.local.EnsureRequest> call) {
      ensure.stopWith(() -> call.cancel("cancelled by the caller", null));
    }

    @Override
    public void onNext(EnsureEvent event) {
      switch (event.getEventCase()) {
        case PROGRESS -> ensure.progressed(Messages.progress(event.getProgress()));
        case DONE -> ensure.done(Messages.artifact(event.getDone()));
        case EVENT_NOT_SET -> {} // of a newer daemon
      }
    }

    @Override
    public void onError(Throwable failure) {
      ensure.failed(Failures.of(failure, ensure.request().source(), socket));
    }

    @Override
    public void onCompleted() {
      // Without effect when the result is there.
      ensure.failed(
          new LarderClientException(
              Kind.INTERNAL, ensure.request().source() + ": the daemon ended without a result"));
    }
  }
}
