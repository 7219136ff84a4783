package io.larder.boot.config;

import io.larder.content.NodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The table of settings, in the order in which help and reference show them. A new setting is a
/// row here and a component of [Configuration].
final class Settings {
  private static final List<Setting<?>> ALL = new ArrayList<>();

  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
  private static final String LABEL_RULE =
      "1 to 63 letters, digits, dots, dashes or underscores between two letters or digits";
  private static final Duration DAY = Duration.ofDays(1);

  static final Setting<Optional<NodeId>> NODE_ID =
      row(
          Setting.of(
                  "node.id",
                  Syntax.optional(new Syntax<>("NAME", "gpu-17", NodeId::new, NodeId::value)),
                  "",
                  "Name of this node, unique in the cluster and kept over restarts.")
              .derived("the host's name"));
  static final Setting<Optional<String>> NODE_ZONE =
      row(
          Setting.of(
              "node.zone",
              Syntax.optional(Syntax.word("LABEL", "eu-west-1a", LABEL, LABEL_RULE)),
              "",
              "Zone of this node; peers of the same zone are asked first."));
  static final Setting<Optional<String>> NODE_RACK =
      row(
          Setting.of(
              "node.rack",
              Syntax.optional(Syntax.word("LABEL", "r12", LABEL, LABEL_RULE)),
              "",
              "Rack of this node; within a zone, peers of the same rack are asked first."));
  static final Setting<String> CLUSTER_NAME =
      row(
          Setting.of(
              "cluster.name",
              Syntax.word("NAME", "larder", LABEL, LABEL_RULE),
              "larder",
              "Name of the cluster; nodes of another name are not spoken to."));
  static final Setting<Path> DATA =
      row(
          Setting.of(
              "data",
              Syntax.path("/var/lib/larder"),
              "/var/lib/larder",
              "Folder of the store, on local disk; blobs and snapshots share one file system."));
  static final Setting<Path> SOCKET =
      row(
          Setting.of(
              "socket",
              Syntax.path("/run/larder/larder.sock"),
              "/run/larder/larder.sock",
              "Unix socket of the local API, at most 103 bytes long. Who may open it may use the node."));
  static final Setting<Capacity> STORE_CAPACITY =
      row(
          Setting.of(
              "store.capacity",
              Syntax.capacity(),
              "80%",
              "Most that the store may hold: bytes, with a unit (500GiB, 2TB), or a share of the disk."));
  static final Setting<Address> PEER_LISTEN =
      row(
          Setting.of(
              "peer.listen",
              Syntax.address("0.0.0.0:7171"),
              "0.0.0.0:7171",
              "Where other daemons fetch chunks. Port 0 lets the system choose."));
  static final Setting<Optional<Address>> PEER_ADVERTISE =
      row(
          Setting.of(
                  "peer.advertise",
                  Syntax.optional(Syntax.address("10.0.0.17:7171")),
                  "",
                  "Where other daemons reach peer.listen.")
              .derived("node address and port of peer.listen"));
  static final Setting<List<Address>> PEER_SEEDS =
      row(
          Setting.of(
                  "peer.seeds",
                  Syntax.list(Syntax.address("10.0.0.1:7171")),
                  "",
                  "Peer addresses of a few nodes, asked for the rest of the cluster. As a flag, also repeatable.")
              .flag("seed"));
  static final Setting<Address> RAFT_LISTEN =
      row(
          Setting.of(
              "raft.listen",
              Syntax.address("0.0.0.0:7172"),
              "0.0.0.0:7172",
              "Where the lease group talks. The port is part of a voter's identity, so not 0."));
  static final Setting<Optional<Address>> RAFT_ADVERTISE =
      row(
          Setting.of(
                  "raft.advertise",
                  Syntax.optional(Syntax.address("10.0.0.17:7172")),
                  "",
                  "Where other daemons reach raft.listen.")
              .derived("node address and port of raft.listen"));
  static final Setting<Boolean> RAFT_BOOTSTRAP =
      row(
          Setting.of(
                  "raft.bootstrap",
                  Syntax.flag(),
                  "false",
                  "Start the lease group. On exactly one node of a cluster, harmless on its restarts.")
              .flag("bootstrap"));
  static final Setting<Integer> RAFT_VOTERS =
      row(
          Setting.of(
              "raft.voters",
              Syntax.count(1, 5),
              "3",
              "How many nodes the lease group grows to: 1, 3 or 5."));
  static final Setting<Duration> RAFT_PROMOTE_AFTER =
      row(
          Setting.of(
              "raft.promote-after",
              Syntax.duration(Duration.ZERO, DAY, "5s"),
              "5s",
              "How long a node must have been up before it may become a voter."));
  static final Setting<Duration> RAFT_REPLACE_AFTER =
      row(
          Setting.of(
              "raft.replace-after",
              Syntax.duration(Duration.ofSeconds(1), DAY, "60s"),
              "60s",
              "How long a voter may stay away before another node takes its place."));
  static final Setting<Duration> LEASE_TTL =
      row(
          Setting.of(
              "lease.ttl",
              Syntax.duration(Duration.ofMillis(500), Duration.ofMinutes(5), "4s"),
              "4s",
              "How long a lease holds without progress; then another node may fetch that part."));
  static final Setting<Address> HTTP_LISTEN =
      row(
          Setting.of(
              "http.listen",
              Syntax.address("0.0.0.0:7170"),
              "0.0.0.0:7170",
              "Metrics and health. Port 0 lets the system choose."));
  static final Setting<Optional<Path>> TLS_CERTIFICATE =
      row(
          Setting.of(
              "tls.certificate",
              Syntax.optional(Syntax.path("/etc/larder/node.crt")),
              "",
              "PEM certificate chain of this node, for peers and the lease group. All three tls keys or none."));
  static final Setting<Optional<Path>> TLS_KEY =
      row(
          Setting.of(
              "tls.key",
              Syntax.optional(Syntax.path("/etc/larder/node.key")),
              "",
              "PEM private key (PKCS #8, not encrypted) of that certificate."));
  static final Setting<Optional<Path>> TLS_AUTHORITY =
      row(
          Setting.of(
              "tls.authority",
              Syntax.optional(Syntax.path("/etc/larder/ca.crt")),
              "",
              "PEM certificates of the authority that the certificates of all nodes come from."));
  static final Setting<Long> TRANSFER_MAX_UPLOAD =
      row(
          Setting.of(
                  "transfer.max-upload",
                  Syntax.rate(),
                  "0",
                  "Most bytes per second that this node sends to peers; 0 is no limit.")
              .flag("max-upload"));
  static final Setting<Long> TRANSFER_MAX_DOWNLOAD =
      row(
          Setting.of(
                  "transfer.max-download",
                  Syntax.rate(),
                  "0",
                  "Most bytes per second that this node takes from peers and origins together; 0 is no limit.")
              .flag("max-download"));
  static final Setting<Integer> TRANSFER_ORIGIN_STREAMS =
      row(
          Setting.of(
              "transfer.origin-streams",
              Syntax.count(1, 64),
              "4",
              "How many streams from origins at once."));
  static final Setting<Integer> TRANSFER_PEER_STREAMS =
      row(
          Setting.of(
              "transfer.peer-streams",
              Syntax.count(1, 64),
              "4",
              "How many streams from peers at once."));
  static final Setting<Duration> TRANSFER_STALL =
      row(
          Setting.of(
              "transfer.stall",
              Syntax.duration(Duration.ofMillis(100), Duration.ofHours(1), "15s"),
              "15s",
              "How long a stream may bring nothing before it is cut and resumed elsewhere."));
  static final Setting<Long> ORIGIN_MAX_DOWNLOAD =
      row(
          Setting.of(
              "origin.max-download",
              Syntax.rate(),
              "0",
              "Most bytes per second that this node takes from origins; 0 is no limit."));
  static final Setting<Optional<URI>> S3_ENDPOINT =
      row(
          Setting.of(
                  "origin.s3.endpoint",
                  Syntax.optional(Syntax.endpoint("http://minio.storage:9000")),
                  "",
                  "Address of an S3-compatible server. Credentials come from the AWS default chain, never from here.")
              .derived("AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS itself"));
  static final Setting<Optional<String>> S3_REGION =
      row(
          Setting.of(
                  "origin.s3.region",
                  Syntax.optional(
                      Syntax.word(
                          "REGION", "eu-central-1", "[a-z0-9-]{1,40}", "the name of a region")),
                  "",
                  "Region of the buckets.")
              .derived("the AWS default chain"));
  static final Setting<Optional<Boolean>> S3_PATH_STYLE =
      row(
          Setting.of(
                  "origin.s3.path-style",
                  Syntax.optional(Syntax.flag()),
                  "",
                  "Put the bucket into the path instead of the host name, as most S3-compatible servers want.")
              .derived("true when there is an endpoint"));
  static final Setting<Duration> SOURCE_FRESH =
      row(
          Setting.of(
              "source.fresh",
              Syntax.duration(Duration.ZERO, Duration.ofDays(365), "60s"),
              "60s",
              "How long the answer to 'which revision is this source?' is used before the origin is asked again."));
  static final Setting<LogLevel> LOG_LEVEL =
      row(
          Setting.of(
              "log.level",
              Syntax.logLevel(),
              "info",
              "How much is logged to stderr: error, warn, info, debug or trace."));

  static final String CONFIG_VARIABLE = "LARDER_CONFIG";
  static final String ADDRESS_VARIABLE = "LARDER_NODE_ADDRESS";

  /// Variables with our prefix that are no settings: those of launcher and commands, and the two
  /// above.
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          CONFIG_VARIABLE,
          ADDRESS_VARIABLE,
          "LARDER_HOME",
          "LARDER_JAVA_OPTS",
          "LARDER_DEBUG",
          "LARDER_DEMO_LIB");

  /// What Kubernetes puts into every container of a namespace that has a Service named `larder` or
  /// `larder-something`. Refusing those would keep the daemon from starting beside its own Service.
  private static final Pattern SERVICE_LINK =
      Pattern.compile("LARDER_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_.+)?)");

  private Settings() {}

  private static <T> Setting<T> row(Setting<T> setting) {
    ALL.add(setting);
    return setting;
  }

  static List<Setting<?>> all() {
    return List.copyOf(ALL);
  }

  static Map<String, Setting<?>> byKey() {
    Map<String, Setting<?>> result = new LinkedHashMap<>();
    ALL.forEach(setting -> result.put(setting.key(), setting));
    return result;
  }

  static Map<String, Setting<?>> byVariable() {
    Map<String, Setting<?>> result = new LinkedHashMap<>();
    ALL.forEach(setting -> result.put(setting.variable(), setting));
    return result;
  }

  static Map<String, Setting<?>> byFlag() {
    Map<String, Setting<?>> result = new LinkedHashMap<>();
    ALL.forEach(setting -> setting.flags().forEach(flag -> result.put(flag, setting)));
    return result;
  }

  /// Whether a variable with our prefix is somebody else's business.
  static boolean isForeign(String variable) {
    return OTHER_VARIABLES.contains(variable) || SERVICE_LINK.matcher(variable).matches();
  }
}
