package io.larder.swarm;

import io.larder.content.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// What experience says of peers: how fast each is, and which are to be left out for a while. Speed
/// is a moving average that forgets by halves; failures leave a peer out for a time that doubles
/// with each one in a row; corrupt bytes leave it out at once and for long. Does no I/O.
/// Thread-safe.
public final class PeerScore {
  /// How long a peer that sent corrupt bytes is left out.
  public static final Duration BAN = Duration.ofMinutes(10);

  private static final double UNKNOWN_BYTES_PER_SECOND = 64 << 20;
  private static final double WEIGHT = 0.3;
  private static final Duration FIRST_REST = Duration.ofMillis(500);
  private static final int MOST_DOUBLINGS = 6;

  private final LongSupplier nanoTime;
  private final Map<NodeId, Experience> experiences = new HashMap<>();

  public PeerScore() {
    this(System::nanoTime);
  }

  /// @param nanoTime a monotonic clock
  public PeerScore(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  private static final class Experience {
    private double bytesPerSecond = UNKNOWN_BYTES_PER_SECOND;
    private int failuresInARow;
    private boolean resting;
    private long restsUntil;
  }

  /// Those peers that are not left out now, the fastest first.
  public synchronized List<NodeId> usable(Collection<NodeId> peers) {
    long now = nanoTime.getAsLong();
    return peers.stream()
        .filter(peer -> !isResting(peer, now))
        .sorted(Comparator.comparingDouble(this::bytesPerSecond).reversed())
        .toList();
  }

  private boolean isResting(NodeId peer, long now) {
    Experience experience = experiences.get(peer);
    return experience != null && experience.resting && now - experience.restsUntil < 0;
  }

  /// How fast a peer was lately in one read, or a guess for an unknown one. Always positive.
  public synchronized double bytesPerSecond(NodeId peer) {
    Experience experience = experiences.get(peer);
    return experience == null ? UNKNOWN_BYTES_PER_SECOND : experience.bytesPerSecond;
  }

  /// A read came to its end.
  ///
  /// @param bytes that it brought; 0 changes no speed
  /// @param took from request to end
  public synchronized void succeeded(NodeId peer, long bytes, Duration took) {
    Experience experience = experiences.computeIfAbsent(peer, p -> new Experience());
    experience.failuresInARow = 0;
    if (bytes > 0) {
      double measured = Math.max(1, bytes / Math.max(1e-6, took.toNanos() / 1e9));
      experience.bytesPerSecond += WEIGHT * (measured - experience.bytesPerSecond);
    }
  }

  /// A read broke off, stalled, or the peer could not be reached.
  public synchronized void failed(NodeId peer) {
    Experience experience = experiences.computeIfAbsent(peer, p -> new Experience());
    experience.bytesPerSecond = Math.max(1, experience.bytesPerSecond / 2);
    int doublings = Math.min(MOST_DOUBLINGS, experience.failuresInARow++);
    rest(experience, FIRST_REST.multipliedBy(1L << doublings));
  }

  /// A peer sent bytes or digests that are not what they should be.
  public synchronized void corrupted(NodeId peer) {
    rest(experiences.computeIfAbsent(peer, p -> new Experience()), BAN);
  }

  private void rest(Experience experience, Duration time) {
    long until = nanoTime.getAsLong() + time.toNanos();
    if (!experience.resting || until - experience.restsUntil > 0) {
      experience.resting = true;
      experience.restsUntil = until;
    }
  }
}
