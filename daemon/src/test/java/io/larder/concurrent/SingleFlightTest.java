package io.larder.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(30));

  @Test
  void callersAtTheSameTimeShareOneRun() throws Exception {
    try (SingleFlight<String, Integer> flights = new SingleFlight<>("test");
        Scope scope = Scope.open("callers")) {
      AtomicInteger runs = new AtomicInteger();
      CountDownLatch go = new CountDownLatch(1);
      List<Future<Integer>> callers =
          IntStream.range(0, 20)
              .mapToObj(
                  i ->
                      scope.fork(
                          () ->
                              flights.fly(
                                  "model",
                                  () -> {
                                    go.await();
                                    return runs.incrementAndGet();
                                  },
                                  SOON)))
              .toList();
      await().until(() -> flights.waiting("model") == 20);
      go.countDown();
      for (Future<Integer> caller : callers) {
        assertThat(Scope.get(caller)).isEqualTo(1);
      }
      assertThat(flights.flying("model")).isFalse();
    }
  }

  @Test
  void oneWhoGivesUpDoesNotStopTheOthers() throws Exception {
    try (SingleFlight<String, String> flights = new SingleFlight<>("test");
        Scope scope = Scope.open("callers")) {
      CountDownLatch go = new CountDownLatch(1);
      Future<String> patient =
          scope.fork(
              () ->
                  flights.fly(
                      "model",
                      () -> {
                        go.await();
                        return "here";
                      },
                      SOON));
      await().until(() -> flights.waiting("model") == 1);
      assertThatThrownBy(
              () -> flights.fly("model", () -> "never run", Deadline.after(Duration.ofMillis(20))))
          .isInstanceOfSatisfying(
              LarderException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
      go.countDown();
      assertThat(Scope.get(patient)).isEqualTo("here");
    }
  }

  @Test
  void theLastWhoGivesUpStopsTheRun() {
    try (SingleFlight<String, String> flights = new SingleFlight<>("test")) {
      AtomicBoolean stopped = new AtomicBoolean();
      assertThatThrownBy(
              () ->
                  flights.fly(
                      "model",
                      () -> {
                        try {
                          new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                          stopped.set(true);
                          throw e;
                        }
                        return "never";
                      },
                      Deadline.after(Duration.ofMillis(50))))
          .isInstanceOf(LarderException.class);
      await().untilTrue(stopped);
    }
  }

  @Test
  void aFailureReachesAllAndTheNextCallRunsAgain() throws Exception {
    try (SingleFlight<String, String> flights = new SingleFlight<>("test")) {
      assertThatThrownBy(
              () ->
                  flights.fly(
                      "model",
                      () -> {
                        throw new LarderException(ErrorKind.DENIED, "no");
                      },
                      SOON))
          .hasMessage("no");
      assertThat(flights.fly("model", () -> "yes", SOON)).isEqualTo("yes");
    }
  }
}
