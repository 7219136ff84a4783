package io.larder.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.store.Ingester;
import io.larder.store.Ingestion;
import io.larder.store.Reservation;
import io.larder.store.ReservationOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvictorTest {
  private static final BlobId WANTED = new BlobId.Sha256(Digest.ofContent(new byte[] {1}));

  /// A budget without blobs.
  private static final class Budget implements Ingester {
    private final long capacity;
    private long used;

    Budget(long capacity, long used) {
      this.capacity = capacity;
      this.used = used;
    }

    @Override
    public ReservationOutcome reserve(Map<BlobId, Long> sizes) {
      long wanted = sizes.values().stream().mapToLong(Long::longValue).sum();
      if (wanted > capacity - used) {
        return new ReservationOutcome.Short(wanted, capacity - used, capacity);
      }
      used += wanted;
      return new ReservationOutcome.Reserved(
          new Reservation() {
            @Override
            public Map<BlobId, Long> sizes() {
              return sizes;
            }

            @Override
            public void close() {
              used -= wanted;
            }
          });
    }

    @Override
    public Ingestion begin(BlobId id, Reservation reservation) {
      throw new AssertionError("nothing is filled here");
    }

    @Override
    public long remove(BlobId id) {
      throw new AssertionError("eviction goes through the candidates");
    }

    @Override
    public Usage usage() {
      return new Usage(capacity, used, 0, 0);
    }
  }

  private final List<String> gone = new ArrayList<>();

  private EvictionSource source(Budget budget, Map<String, Long> sizesByAge) {
    List<Evictable> candidates = new ArrayList<>();
    long[] age = {0};
    sizesByAge.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry ->
                candidates.addFirst(
                    new Evictable(
                        entry.getKey(),
                        Instant.ofEpochSecond(age[0]++),
                        () -> {
                          gone.add(entry.getKey());
                          budget.used -= entry.getValue();
                          return entry.getValue();
                        })));
    return new EvictionSource() {
      @Override
      public List<Evictable> candidates() {
        return candidates;
      }

      @Override
      public long reclaimableBytes() {
        return sizesByAge.values().stream().mapToLong(Long::longValue).sum();
      }
    };
  }

  private static Evictor evictor(Budget budget, EvictionSource source) {
    return new Evictor(budget, source, EvictionPolicy.LEAST_RECENTLY_USED, bytes -> {});
  }

  @Test
  void letsGoTheLeastRecentlyUsedAndNoMoreThanNeeded() {
    Budget budget = new Budget(100, 90);
    EvictionSource source = source(budget, Map.of("1 oldest", 20L, "2 older", 20L, "3 young", 20L));
    try (Reservation reservation =
        evictor(budget, source).reserve("a model", Map.of(WANTED, 45L))) {
      assertThat(gone).containsExactly("1 oldest", "2 older");
      assertThat(reservation.sizes()).containsEntry(WANTED, 45L);
    }
  }

  @Test
  void letsNothingGoWhenItWouldNotBeEnough() {
    Budget budget = new Budget(100, 90);
    EvictionSource source = source(budget, Map.of("1", 20L, "2", 20L));
    assertThatThrownBy(() -> evictor(budget, source).reserve("s3://b/m/", Map.of(WANTED, 51L)))
        .isInstanceOfSatisfying(
            LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED))
        .hasMessageContaining("no room for s3://b/m/: it needs 51 bytes more")
        .hasMessageContaining("this node's 100 bytes 10 are free and 40 could be freed");
    assertThat(gone).isEmpty();
  }
}
