package io.larder.boot;

import io.larder.boot.config.Configuration;
import io.larder.concurrent.Closer;
import io.larder.concurrent.Throttle;
import io.larder.origin.LimitedOrigin;
import io.larder.origin.MeteredOrigin;
import io.larder.origin.Origin;
import io.larder.origin.OriginMeter;
import io.larder.origin.Origins;
import io.larder.origin.RetryOptions;
import io.larder.origin.RetryingOrigin;
import io.larder.origin.ThrottledOrigin;
import io.larder.origin.file.FileOrigin;
import io.larder.origin.http.HttpOptions;
import io.larder.origin.http.HttpOrigin;
import io.larder.origin.s3.S3Options;
import io.larder.origin.s3.S3Origin;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// All origin adapters of a node, each with its limits, retries and metrics. The order of the
/// decorators is that of docs/adr/0003-origins.md.
final class OriginAdapters {
  /// Over all requests of the node; a single request has its own limit in the fetcher.
  private static final int MOST_STREAMS = 32;

  private final Closer closer;
  private final OriginMeter meter;
  private final Throttle downloads;
  private final Throttle origins;
  private final Duration stall;

  private OriginAdapters(
      Closer closer, OriginMeter meter, Throttle downloads, Throttle origins, Duration stall) {
    this.closer = closer;
    this.meter = meter;
    this.downloads = downloads;
    this.origins = origins;
    this.stall = stall;
  }

  /// @param downloads limit over all that this node downloads, from peers as well
  /// @param closer is given the adapters to close
  static Origins of(
      Configuration.Transfer transfer,
      Configuration.Origins configuration,
      Map<String, String> environment,
      Throttle downloads,
      OriginMeter meter,
      Closer closer) {
    OriginAdapters adapters =
        new OriginAdapters(
            closer, meter, downloads, Throttle.of(configuration.maxDownload()), transfer.stall());
    return Origins.of(
        List.of(
            adapters.decorate(new FileOrigin()),
            adapters.http(),
            adapters.s3(configuration.s3(), environment)));
  }

  private Origin http() {
    return decorate(closer.register(new HttpOrigin(HttpOptions.defaults().withStallTime(stall))));
  }

  private Origin s3(Configuration.S3 configuration, Map<String, String> environment) {
    S3Options options = S3Options.fromEnvironment(environment);
    if (configuration.endpoint().isPresent()) {
      options = options.withEndpoint(configuration.endpoint().get());
    }
    if (configuration.region().isPresent()) {
      options = options.withRegion(configuration.region().get());
    }
    if (configuration.pathStyle().isPresent()) {
      options = options.withPathStyle(configuration.pathStyle().get());
    }
    return decorate(closer.register(new S3Origin(options.withTimes(options.answerTime(), stall))));
  }

  private Origin decorate(Origin adapter) {
    Origin retrying =
        new RetryingOrigin(
            new LimitedOrigin(new MeteredOrigin(adapter, meter), MOST_STREAMS),
            RetryOptions.defaults());
    return new ThrottledOrigin(new ThrottledOrigin(retrying, origins), downloads);
  }
}
