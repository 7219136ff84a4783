package io.larder.api.grpc;

import io.larder.client.Ensure;
import io.larder.client.LarderClient;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/// Prints what the socket, gRPC and the client library cost: an ensure of something that is here.
/// With an argument, it asks a running daemon (`LARDER_SOCKET`) for that source instead.
public final class EnsureLatency {
  private static final int WARM_UP = 2_000;
  private static final int CALLS = 5_000;

  private EnsureLatency() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      try (LarderClient client = LarderClient.connect()) {
        measure(client, args[0]);
      }
      return;
    }
    try (LocalServerFixture fixture = LocalServerFixture.open();
        LarderClient client = fixture.client()) {
      fixture.artifacts().offer("s3://models/warm/", Map.of("a", "1"));
      measure(client, "s3://models/warm/");
    }
  }

  private static void measure(LarderClient client, String source) throws InterruptedException {
    long[] nanos = new long[CALLS];
    for (int i = -WARM_UP; i < CALLS; i++) {
      long start = System.nanoTime();
      try (Ensure ensure = client.ensure(source)) {
        var ignored = ensure.await();
      }
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "ensure, warm: p50 %.3f ms, p99 %.3f ms, worst %.3f ms of %d%n",
        nanos[CALLS / 2] / 1e6,
        nanos[CALLS * 99 / 100] / 1e6,
        nanos[CALLS - 1] / 1e6,
        CALLS);
  }
}
