package io.larder.swarm.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Throttle;
import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.peer.ReadRequest;
import io.larder.swarm.ChunkRef;
import io.larder.swarm.ChunkSink;
import io.larder.swarm.PeerMeter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One `Read`: parts come in on an event loop and wait in a queue for the caller's thread, which
/// carries them to the sink. gRPC is asked for a part only when the caller has room for it, so a
/// slow sink slows the peer down, by way of HTTP/2 flow control.
final class Download extends ClientCall.Listener<IncomingPart> {
  /// Parts in the queue or on their way into it.
  private static final int PARTS_AHEAD = 3;

  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private sealed interface Event {
    record Part(IncomingPart part) implements Event {}

    record End(Status status) implements Event {}
  }

  private final NodeId peer;
  private final List<ChunkRef> chunks;
  private final ChunkSink sink;
  private final Throttle rate;
  private final PeerMeter meter;
  private final Duration stall;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private volatile boolean finished;
  private int chunk;
  private int offset;

  Download(
      NodeId peer,
      List<ChunkRef> chunks,
      ChunkSink sink,
      Throttle rate,
      PeerMeter meter,
      Duration stall) {
    this.peer = peer;
    this.chunks = chunks;
    this.sink = sink;
    this.rate = rate;
    this.meter = meter;
    this.stall = stall;
  }

  @Override
  public void onMessage(IncomingPart part) {
    events.add(new Event.Part(part));
    if (finished) {
      closeParts();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    events.add(new Event.End(status));
  }

  private void closeParts() {
    for (Event event = events.poll(); event != null; event = events.poll()) {
      if (event instanceof Event.Part(IncomingPart part)) {
        part.close();
      }
    }
  }

  /// Reads until all chunks were completed or reported missing.
  void run(io.grpc.Channel channel, ReadRequest request, Deadline deadline)
      throws InterruptedException {
    ClientCall<ReadRequest, IncomingPart> call =
        channel.newCall(
            ReadMethod.RECEIVING,
            CallOptions.DEFAULT.withDeadlineAfter(deadline.left().toNanos(), TimeUnit.NANOSECONDS));
    boolean ended = false;
    try {
      call.start(this, new Metadata());
      call.request(PARTS_AHEAD);
      call.sendMessage(request);
      call.halfClose();
      while (chunk < chunks.size()) {
        switch (next(deadline)) {
          case Event.Part(IncomingPart part) -> {
            try (part) {
              take(part);
            }
            rate.take(part.length());
            call.request(1);
          }
          case Event.End(Status status) -> {
            ended = true;
            throw failure(
                status.isOk() ? "ended before all chunks were sent" : Messages.reason(status),
                status.getCause());
          }
        }
      }
      // Nothing but the end can come now; cancelling instead would reset the stream.
      ended = events.poll(GOODBYE.toMillis(), TimeUnit.MILLISECONDS) instanceof Event.End;
    } finally {
      finished = true;
      if (!ended) {
        call.cancel("the reader has gone", null);
      }
      closeParts();
    }
  }

  private Event next(Deadline deadline) throws InterruptedException {
    Deadline patience = deadline.atMost(stall);
    Event event = events.poll(patience.left().toNanos(), TimeUnit.NANOSECONDS);
    if (event == null) {
      deadline.check("reading " + chunks.get(chunk) + " from peer " + peer);
      throw failure("sent nothing for " + stall.toMillis() + " ms", null);
    }
    return event;
  }

  private void take(IncomingPart part) {
    if (part.chunk() != chunk || !part.missing() && part.offset() != offset) {
      throw failure(
          "sent offset %d of chunk %d where offset %d of chunk %d of the request was due"
              .formatted(part.offset(), part.chunk(), offset, chunk),
          null);
    }
    ChunkRef ref = chunks.get(chunk);
    if (part.missing()) {
      if (offset > 0) {
        throw failure("lost " + ref + " half-way", null);
      }
      chunk++;
      sink.missing(ref);
      return;
    }
    try {
      part.writeTo(bytes -> sink.write(ref, bytes));
    } catch (IOException e) {
      throw failure("sent a broken part: " + e.getMessage(), e);
    }
    meter.received(peer, part.length());
    offset += part.length();
    if (part.last()) {
      chunk++;
      offset = 0;
      sink.complete(ref);
    }
  }

  private LarderException failure(String why, @Nullable Throwable cause) {
    return new LarderException(ErrorKind.UNAVAILABLE, "peer " + peer + ": " + why, cause);
  }
}
