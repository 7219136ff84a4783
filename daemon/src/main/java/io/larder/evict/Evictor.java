package io.larder.evict;

import io.larder.content.BlobId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.Ingester;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reserves space, and makes room for it by letting go what has not been used for longest. When all
/// that may go would not be enough, nothing goes. Thread-safe; one caller makes room at a time.
public final class Evictor {
  private static final Logger log = LoggerFactory.getLogger(Evictor.class);

  private final Ingester store;
  private final EvictionSource source;
  private final EvictionPolicy policy;
  private final LongConsumer evictedBytes;

  /// @param evictedBytes is told how much each eviction gave back
  public Evictor(
      Ingester store, EvictionSource source, EvictionPolicy policy, LongConsumer evictedBytes) {
    this.store = store;
    this.source = source;
    this.policy = policy;
    this.evictedBytes = evictedBytes;
  }

  /// Reserves space for blobs.
  ///
  /// @param what is wanted, for the message
  /// @param sizes of the blobs in bytes
  /// @throws LarderException EXHAUSTED when there is not enough room, naming what is wanted and
  ///   what there is
  public synchronized Reservation reserve(String what, Map<BlobId, Long> sizes) {
    boolean checked = false;
    Deque<Evictable> candidates = new ArrayDeque<>();
    while (true) {
      switch (store.reserve(sizes)) {
        case ReservationOutcome.Reserved(Reservation reservation) -> {
          return reservation;
        }
        case ReservationOutcome.Short(long wanted, long free, long capacity) -> {
          if (!checked) {
            checked = true;
            long reclaimable = source.reclaimableBytes();
            if (free + reclaimable < wanted) {
              throw refused(what, wanted, free, reclaimable, capacity);
            }
            candidates.addAll(policy.order(source.candidates()));
          }
          Evictable next = candidates.poll();
          if (next == null) {
            throw refused(what, wanted, free, 0, capacity);
          }
          long freed = next.removal().run();
          if (freed > 0) {
            evictedBytes.accept(freed);
            log.info("evicted {} ({} bytes) to make room for {}", next.name(), freed, what);
          }
        }
      }
    }
  }

  private static LarderException refused(
      String what, long wanted, long free, long reclaimable, long capacity) {
    return new LarderException(
        ErrorKind.EXHAUSTED,
        "no room for "
            + what
            + ": it needs "
            + wanted
            + " bytes more, and of this node's "
            + capacity
            + " bytes "
            + free
            + " are free and "
            + reclaimable
            + " could be freed; raise store.capacity, unpin or remove something, or use a node with a"
            + " larger disk");
  }
}
