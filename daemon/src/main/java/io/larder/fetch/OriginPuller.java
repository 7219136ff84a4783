package io.larder.fetch;

import io.larder.concurrent.Deadline;
import io.larder.content.ByteRange;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.OriginRef;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.lease.Lease;
import io.larder.origin.OriginStream;
import io.larder.store.ChunkWriter.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Fetches leased extents from the origin, one at a time. One for each origin stream of a request.
final class OriginPuller {
  private static final int BUFFER = 256 << 10;
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

  private final FetchBoard board;
  private final LeaseKeeper leases;
  private final FetchMeter meter;
  private final FetchProgress progress;
  private final Supplier<Deadline> openDeadline;
  private final BooleanSupplier allowed;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

  /// @param allowed whether this stream may take on more work now
  OriginPuller(
      FetchBoard board,
      LeaseKeeper leases,
      FetchMeter meter,
      FetchProgress progress,
      Supplier<Deadline> openDeadline,
      BooleanSupplier allowed) {
    this.board = board;
    this.leases = leases;
    this.meter = meter;
    this.progress = progress;
    this.openDeadline = openDeadline;
    this.allowed = allowed;
  }

  /// Works until the request is done. A failure that may pass gives the leases back and is tried
  /// again after a pause, so that another node can take them; any other ends the request.
  void run() throws InterruptedException {
    Duration backoff = FIRST_BACKOFF;
    while (!board.isDone()) {
      List<Lease> granted = allowed.getAsBoolean() ? leases.next() : List.of();
      if (granted.isEmpty()) {
        board.awaitChange(leases.pause());
        continue;
      }
      List<Lease> left = new ArrayList<>(granted);
      try {
        for (Lease lease : granted) {
          fetch(lease);
          left.remove(lease);
        }
        backoff = FIRST_BACKOFF;
      } catch (LarderException e) {
        leases.giveBack(left);
        if (e.kind() != ErrorKind.UNAVAILABLE) {
          board.fail(e);
          return;
        }
        board.failing(e);
        Deadline until = Deadline.after(backoff);
        while (!until.passed() && !board.isDone()) {
          board.awaitChange(until.left());
        }
        backoff = backoff.multipliedBy(2);
        backoff = backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff;
      }
    }
  }

  private void fetch(Lease lease) throws InterruptedException {
    Optional<BlobTask> found = board.task(lease);
    if (found.isEmpty()) {
      leases.giveBack(List.of(lease));
      return;
    }
    BlobTask task = found.get();
    FetchTarget.FromOrigin from = task.target().origin().orElseThrow();
    boolean whole = from.file().origin().access() == OriginRef.Access.WHOLE;
    int chunk = task.firstChunk(lease.extent());
    int end = task.endChunk(lease.extent());
    if (whole && !task.holds(lease.extent())) {
      pull(lease, task, from, chunk, end);
    } else {
      while (chunk < end) {
        if (task.has(chunk)) {
          chunk++;
          continue;
        }
        int runEnd = chunk + 1;
        while (runEnd < end && !task.has(runEnd)) {
          runEnd++;
        }
        pull(lease, task, from, chunk, runEnd);
        chunk = runEnd;
      }
    }
    if (task.holds(lease.extent())) {
      leases.fetched(lease, task.digestsOf(lease.extent()));
    } else {
      leases.giveBack(List.of(lease));
    }
  }

  /// Reads a run of chunks in one stream. Chunks that came from elsewhere meanwhile are read past.
  private void pull(Lease lease, BlobTask task, FetchTarget.FromOrigin from, int chunk, int end)
      throws InterruptedException {
    ChunkPlan plan = task.plan();
    long offset = plan.chunk(chunk).offset();
    ByteRange range = new ByteRange(offset, plan.chunk(end - 1).end() - offset);
    try (OriginStream stream = from.origin().open(from.file(), range, openDeadline.get())) {
      for (int next = chunk; next < end; next++) {
        Optional<ChunkClaim> claim = board.claimFromOrigin(task, next);
        try {
          read(lease, stream, plan.chunk(next).length(), claim);
          claim.ifPresent(this::finish);
        } finally {
          claim.ifPresent(c -> board.unclaim(List.of(c)));
        }
      }
    }
  }

  private void read(Lease lease, OriginStream stream, long length, Optional<ChunkClaim> claim)
      throws InterruptedException {
    long left = length;
    while (left > 0) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), left));
      int read = stream.read(buffer);
      if (read < 0) {
        throw new LarderException(
            ErrorKind.UNAVAILABLE, "the origin ended a stream " + left + " bytes too early");
      }
      left -= read;
      progress.pulled(read);
      buffer.flip();
      claim.ifPresent(c -> c.write(buffer));
      leases.progressed(lease);
    }
  }

  private void finish(ChunkClaim claim) {
    BlobTask task = claim.task();
    Optional<Digest> agreed = board.digest(task, claim.chunk());
    switch (claim.finish(agreed).orElse(null)) {
      case Verdict.Verified(Digest digest) -> {
        long bytes = task.plan().chunk(claim.chunk()).length();
        progress.fromOrigin(bytes);
        meter.fromOrigin(bytes);
        board.verified(claim, digest);
      }
      case Verdict.Mismatch(Digest expected, Digest actual) -> {
        meter.corruptChunk();
        throw new LarderException(
            ErrorKind.CORRUPT,
            task.target().origin().orElseThrow().file().origin().location()
                + " gave other bytes than the cluster has agreed on for chunk "
                + claim.chunk()
                + " (SHA-256 "
                + actual
                + " instead of "
                + expected
                + "): the origin has changed under an unchanged version, or corrupts data");
      }
      case null -> {
        // Taken over, or written by nobody: the chunk is somebody else's now.
      }
    }
  }
}
