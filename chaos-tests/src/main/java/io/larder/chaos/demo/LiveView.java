package io.larder.chaos.demo;

import io.larder.chaos.cluster.OriginRelay;
import io.larder.client.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Shows how downloads go on, until all are done: bars on a terminal, else a line a second.
final class LiveView {
  private static final Duration FRAME = Duration.ofMillis(100);
  private static final Duration PLAIN_FRAME = Duration.ofSeconds(1);
  private static final int BAR = 40;

  private final Screen screen;
  private final OriginRelay relay;
  private final double total;

  /// @param total bytes of the model
  LiveView(Screen screen, OriginRelay relay, long total) {
    this.screen = screen;
    this.relay = relay;
    this.total = total;
  }

  /// @param start when all were asked for, in nano time
  void watch(List<Download> downloads, long start) {
    long next = System.nanoTime();
    boolean done;
    do {
      done = downloads.stream().allMatch(Download::isDone);
      if (screen.terminal()) {
        screen.redraw(frame(downloads));
      } else if (done || System.nanoTime() >= next) {
        screen.line(plainFrame(downloads, start));
        next = System.nanoTime() + PLAIN_FRAME.toNanos();
      }
      if (!done) {
        LockSupport.parkNanos(FRAME.toNanos());
      }
    } while (!done);
    screen.line();
  }

  private String plainFrame(List<Download> downloads, long start) {
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %5.1f s ", seconds));
    for (Download download : downloads) {
      Progress progress = download.progress();
      line.append(
          String.format(
              Locale.ROOT,
              " %s %3.0f %% (origin %s, peers %s) ",
              download.node().id(),
              100 * Math.min(1, progress.doneBytes() / total),
              Screen.megabytes(progress.originBytes()),
              Screen.megabytes(progress.peerBytes())));
    }
    return line + String.format(Locale.ROOT, " origin sent %.2f x", relay.objectBytes() / total);
  }

  private List<String> frame(List<Download> downloads) {
    List<String> lines = new ArrayList<>();
    for (Download download : downloads) {
      Progress progress = download.progress();
      double origin = progress.originBytes() / total;
      double peers = progress.peerBytes() / total;
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-9s %s %3.0f %%  %s  %s",
              download.node().id(),
              screen.bar(BAR, origin, peers),
              100 * Math.min(1, progress.doneBytes() / total),
              screen.origin(String.format("%9s", Screen.megabytes(progress.originBytes()))),
              screen.peers(String.format("%9s", Screen.megabytes(progress.peerBytes())))));
    }
    double sent = relay.objectBytes() / total;
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-9s %s %4.2f x  %s",
            "origin",
            screen.bar(BAR, sent, 0),
            sent,
            screen.origin(String.format("%9s sent", Screen.megabytes(relay.objectBytes())))));
    return lines;
  }
}
