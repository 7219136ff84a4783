package io.larder.fetch;

/// How many origin streams a request should run. Few streams finish a chunk sooner, so that it can
/// be passed on sooner; many streams get more out of an origin that is slow per connection. So it
/// starts with few, doubles while that brings more, and steps back when it does not (hill climbing,
/// as TCP's slow start). Pure: fed with measured rates at even intervals. Not thread-safe.
final class StreamGovernor {
  private static final double WORTH_IT = 1.15;
  private static final int HOLD = 10;

  private final int most;
  private int streams;
  private int before;
  private double rateBefore;
  private boolean probing;
  private int holding;

  /// @param first streams to start with
  /// @param most streams at all
  StreamGovernor(int first, int most) {
    this.most = most;
    this.streams = Math.clamp(first, 1, most);
    this.holding = 1;
  }

  int streams() {
    return streams;
  }

  /// Takes note of an interval.
  ///
  /// @param rate bytes per second from the origin in it
  /// @return streams to run in the next
  int next(double rate) {
    if (probing) {
      probing = false;
      if (rate < rateBefore * WORTH_IT) {
        streams = before;
        holding = HOLD;
        return streams;
      }
    } else if (holding > 0) {
      holding--;
      if (holding > 0) {
        return streams;
      }
    }
    if (streams < most && rate > 0) {
      before = streams;
      rateBefore = rate;
      streams = Math.min(most, streams * 2);
      probing = true;
    }
    return streams;
  }
}
