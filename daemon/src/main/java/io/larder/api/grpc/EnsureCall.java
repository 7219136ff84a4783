package io.larder.api.grpc;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.larder.api.RateMeter;
import io.larder.artifact.Artifact;
import io.larder.artifact.Artifacts;
import io.larder.artifact.Progress;
import io.larder.concurrent.Deadline;
import io.larder.concurrent.Scope;
import io.larder.content.Source;
import io.larder.proto.local.EnsureEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `Ensure`: one thread waits for the artifact, another one reports how far it is.
final class EnsureCall {
  private static final Logger log = LoggerFactory.getLogger(EnsureCall.class);

  /// For a caller who states none. Twice what 140 GB take at 30 Mbit/s.
  private static final Duration LONGEST = Duration.ofHours(24);

  private static final Duration RATE_WINDOW = Duration.ofSeconds(5);

  /// How often the phase is looked at, and how many looks make one report without a new phase.
  private static final long LOOK_MILLIS = 50;

  private static final int LOOKS_PER_REPORT = 4;

  private final ServerCallStreamObserver<EnsureEvent> stream;
  private final Scope calls;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Supplier<Progress> progress = Progress::start;
  private final Deadline deadline = deadline();

  private @Nullable Thread waiting;
  private boolean cancelled;

  EnsureCall(ServerCallStreamObserver<EnsureEvent> stream, Scope calls) {
    this.stream = stream;
    this.calls = calls;
  }

  /// Created on gRPC's thread, where the call's context is at hand.
  private static Deadline deadline() {
    io.grpc.Deadline given = Context.current().getDeadline();
    return Deadline.after(LONGEST)
        .atMost(
            given == null ? LONGEST : Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  /// Interrupts the waiting thread. The caller has gone: nobody is answered.
  synchronized void cancel() {
    cancelled = true;
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  void run(Artifacts artifacts, Source source, Optional<String> pinOwner) throws Exception {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      waiting = Thread.currentThread();
    }
    Future<Boolean> reporting = calls.fork(this::report);
    Artifact artifact;
    try {
      artifact = artifacts.ensure(source, pinOwner, view -> progress = view, deadline);
    } finally {
      synchronized (this) {
        waiting = null;
      }
      ended.countDown();
      // Two threads must not write to the stream at once.
      awaitEnd(reporting);
    }
    stream.onNext(
        EnsureEvent.newBuilder().setDone(Messages.artifact(artifact, progress.get())).build());
    stream.onCompleted();
  }

  private static void awaitEnd(Future<Boolean> reporting) throws InterruptedException {
    var ignored = Scope.get(reporting);
  }

  /// A request that is served at once ends before the first look, and costs no report.
  private boolean report() throws InterruptedException {
    RateMeter meter = new RateMeter(RATE_WINDOW);
    Progress.Phase reported = null;
    try {
      for (int looks = 0; !ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS); looks++) {
        Progress now = progress.get();
        if (now.phase() != reported || looks % LOOKS_PER_REPORT == 0) {
          meter.sample(System.nanoTime(), now.originBytes() + now.peerBytes());
          if (stream.isReady()) {
            stream.onNext(
                EnsureEvent.newBuilder().setProgress(Messages.progress(now, meter)).build());
            reported = now.phase();
          }
        }
      }
    } catch (RuntimeException e) {
      // The request itself may well succeed.
      log.warn("progress cannot be reported", e);
    }
    return true;
  }
}
