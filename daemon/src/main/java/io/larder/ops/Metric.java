package io.larder.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The metrics of Larder itself, as Prometheus names them. The page `docs/metrics.md` is made of
/// this table.
enum Metric {
  ORIGIN_REQUESTS(
      "larder_origin_requests_total",
      Kind.COUNTER,
      "Requests to origins, retries included.",
      "scheme"),
  ORIGIN_FAILURES(
      "larder_origin_failures_total",
      Kind.COUNTER,
      "Requests and streams that failed, by kind of error, also those that a retry made good.",
      "scheme",
      "kind"),
  ORIGIN_BYTES(
      "larder_origin_bytes_total",
      Kind.COUNTER,
      "Bytes read from origins, also those that were thrown away later. The origin's bill.",
      "scheme"),
  ORIGIN_VERIFIED_BYTES(
      "larder_origin_verified_bytes_total",
      Kind.COUNTER,
      "Bytes from origins in chunks that were verified and kept."),
  PEER_SENT_BYTES("larder_peer_sent_bytes_total", Kind.COUNTER, "Bytes of chunks sent to peers."),
  PEER_RECEIVED_BYTES(
      "larder_peer_received_bytes_total",
      Kind.COUNTER,
      "Bytes of chunks received from peers, also those that were thrown away later."),
  PEER_VERIFIED_BYTES(
      "larder_peer_verified_bytes_total",
      Kind.COUNTER,
      "Bytes from peers in chunks that were verified and kept."),
  PEER_UPLOADS("larder_peer_uploads", Kind.GAUGE, "Streams to peers open now."),
  PEER_DOWNLOADS("larder_peer_downloads", Kind.GAUGE, "Streams from peers open now."),
  CORRUPT_CHUNKS(
      "larder_corrupt_chunks_total",
      Kind.COUNTER,
      "Chunks whose digest was wrong. They are dropped; more than a few point to a bad disk or link."),
  UNCOORDINATED_DOWNLOADS(
      "larder_uncoordinated_downloads_total",
      Kind.COUNTER,
      "Requests that went to the origin without a lease because the lease group had no quorum."),
  COORDINATED(
      "larder_coordinated", Kind.GAUGE, "1 while the lease group answers this node, else 0."),
  CLUSTER_NODES("larder_cluster_nodes", Kind.GAUGE, "Nodes that this node knows, itself included."),
  STORE_USED_BYTES("larder_store_used_bytes", Kind.GAUGE, "Taken by complete and partial blobs."),
  STORE_RESERVED_BYTES(
      "larder_store_reserved_bytes", Kind.GAUGE, "Set aside for downloads that have not begun."),
  STORE_CAPACITY_BYTES("larder_store_capacity_bytes", Kind.GAUGE, "Most that the store may hold."),
  STORE_BLOBS("larder_store_blobs", Kind.GAUGE, "Complete blobs."),
  EVICTED_BYTES(
      "larder_evicted_bytes_total", Kind.COUNTER, "Bytes removed to make room for others."),
  ENSURE(
      "larder_ensure_seconds",
      Kind.TIMER,
      "Requests to have a source on this node and how long they took. `outcome` is ok or an error kind.",
      "outcome");

  private enum Kind {
    COUNTER,
    GAUGE,
    TIMER
  }

  private final String prometheusName;
  private final Kind kind;
  private final String help;
  private final List<String> labels;

  Metric(String prometheusName, Kind kind, String help, String... labels) {
    this.prometheusName = prometheusName;
    this.kind = kind;
    this.help = help;
    this.labels = List.of(labels);
  }

  /// The family that a scrape shows.
  String prometheusName() {
    return prometheusName;
  }

  /// What Micrometer turns into that name: it adds the suffix of the kind itself.
  String registryName() {
    return prometheusName.replaceAll("(_total|_seconds)$", "");
  }

  String help() {
    return help;
  }

  /// In the order in which values are given.
  List<String> labels() {
    return labels;
  }

  /// The page `docs/metrics.md`.
  static String markdown() {
    String rows =
        Arrays.stream(values())
            .map(
                metric ->
                    "| `%s` | %s | %s | %s |"
                        .formatted(
                            metric.prometheusName,
                            metric.kind == Kind.TIMER
                                ? "summary (`_count`, `_sum`, `_max`)"
                                : metric.kind.name().toLowerCase(Locale.ROOT),
                            metric.labels.stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(" ")),
                            metric.help))
            .collect(Collectors.joining("\n"));
    return """
        # Metrics

        <!-- Generated from the table of metrics; MetricsTest fails when this page is stale and says how to renew it. -->

        `GET /metrics` on `http.listen` answers in the Prometheus text format. Counters start at 0 with the daemon. Besides
        these, the JVM's own are there: `jvm_memory_*`, `jvm_buffer_*`, `jvm_gc_*`, `jvm_threads_*`, `process_*`, `system_cpu_*`.

        | metric | type | labels | what |
        |---|---|---|---|
        %s

        The origin's bill of a whole cluster, in units of one model: `sum(increase(larder_origin_bytes_total[1h]))` divided by
        the size of the model; 1.00 is the aim.
        """
        .formatted(rows);
  }
}
