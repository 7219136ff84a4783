package io.larder.ops;

import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.fetch.FetchMeter;
import io.larder.origin.OriginMeter;
import io.larder.store.Ingester;
import io.larder.swarm.PeerMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// Counts what the node does and shows it to Prometheus. Micrometer underneath, because it brings
/// the JVM's metrics and the exposition format. Thread-safe; counting never blocks. Whoever made it
/// closes it.
public final class Metrics implements OriginMeter, PeerMeter, FetchMeter, AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Counter originVerified = counter(Metric.ORIGIN_VERIFIED_BYTES);
  private final Counter peerVerified = counter(Metric.PEER_VERIFIED_BYTES);
  private final Counter peerReceived = counter(Metric.PEER_RECEIVED_BYTES);
  private final Counter peerSent = counter(Metric.PEER_SENT_BYTES);
  private final Counter corruptChunks = counter(Metric.CORRUPT_CHUNKS);
  private final Counter uncoordinated = counter(Metric.UNCOORDINATED_DOWNLOADS);
  private final Counter evicted = counter(Metric.EVICTED_BYTES);
  private final AtomicInteger uploads = new AtomicInteger();
  private final AtomicInteger downloads = new AtomicInteger();

  /// By scheme: a lookup in the registry would build a key for every read of a stream.
  private final Map<String, Counter> originBytes = new ConcurrentHashMap<>();

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
    gauge(Metric.PEER_UPLOADS, uploads::get);
    gauge(Metric.PEER_DOWNLOADS, downloads::get);
  }

  @Override
  public void requested(String scheme) {
    counter(Metric.ORIGIN_REQUESTS, scheme).increment();
  }

  @Override
  public void received(String scheme, long bytes) {
    originBytes
        .computeIfAbsent(scheme, name -> counter(Metric.ORIGIN_BYTES, name))
        .increment(bytes);
  }

  @Override
  public void failed(String scheme, ErrorKind kind) {
    counter(Metric.ORIGIN_FAILURES, scheme, kind.name().toLowerCase(Locale.ROOT)).increment();
  }

  /// All peers are one number: a cluster of hundreds would make hundreds of series on each of its
  /// nodes.
  @Override
  public void sent(NodeId peer, long bytes) {
    peerSent.increment(bytes);
  }

  @Override
  public void received(NodeId peer, long bytes) {
    peerReceived.increment(bytes);
  }

  @Override
  public void uploads(int change) {
    uploads.addAndGet(change);
  }

  @Override
  public void downloads(int change) {
    downloads.addAndGet(change);
  }

  /// Verified bytes that came from an origin.
  @Override
  public void fromOrigin(long bytes) {
    originVerified.increment(bytes);
  }

  /// Verified bytes that came from a peer.
  @Override
  public void fromPeer(long bytes) {
    peerVerified.increment(bytes);
  }

  /// A chunk whose digest was wrong.
  @Override
  public void corruptChunk() {
    corruptChunks.increment();
  }

  /// A request that had to go on without the lease group.
  @Override
  public void uncoordinated() {
    uncoordinated.increment();
  }

  /// Bytes removed to make room.
  public void evicted(long bytes) {
    evicted.increment(bytes);
  }

  /// A request for a source that has ended.
  void ensured(String outcome, Duration took) {
    Timer.builder(Metric.ENSURE.registryName())
        .description(Metric.ENSURE.help())
        .tags(tags(Metric.ENSURE, outcome))
        .register(registry)
        .record(took);
  }

  /// Shows the space of a store. Call once.
  public void watchStore(Supplier<Ingester.Usage> usage) {
    gauge(Metric.STORE_USED_BYTES, () -> usage.get().used());
    gauge(Metric.STORE_RESERVED_BYTES, () -> usage.get().reserved());
    gauge(Metric.STORE_CAPACITY_BYTES, () -> usage.get().capacity());
    gauge(Metric.STORE_BLOBS, () -> usage.get().blobs());
  }

  /// Shows how the cluster is. Call once.
  ///
  /// @param coordinated whether the lease group answers
  /// @param nodes known, this one included
  public void watchCluster(BooleanSupplier coordinated, IntSupplier nodes) {
    gauge(Metric.COORDINATED, () -> coordinated.getAsBoolean() ? 1 : 0);
    gauge(Metric.CLUSTER_NODES, nodes::getAsInt);
  }

  /// Verified bytes from origins since the start.
  public long originBytesVerified() {
    return (long) originVerified.count();
  }

  /// Verified bytes from peers since the start.
  public long peerBytesVerified() {
    return (long) peerVerified.count();
  }

  /// Bytes sent to peers since the start.
  public long peerBytesSent() {
    return (long) peerSent.count();
  }

  /// Everything, in the Prometheus text format.
  ///
  /// @param contentType one that the scraper accepts
  String scrape(String contentType) {
    return registry.scrape(contentType);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }

  private Counter counter(Metric metric, String... labels) {
    return Counter.builder(metric.registryName())
        .description(metric.help())
        .tags(tags(metric, labels))
        .register(registry);
  }

  private void gauge(Metric metric, DoubleSupplier value) {
    // Strong: nobody else holds the lambda, and a collected one would show NaN.
    Gauge.builder(metric.registryName(), value, DoubleSupplier::getAsDouble)
        .description(metric.help())
        .strongReference(true)
        .register(registry);
  }

  private static List<Tag> tags(Metric metric, String... values) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      tags.add(Tag.of(metric.labels().get(i), values[i]));
    }
    return tags;
  }
}
