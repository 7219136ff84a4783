package io.larder.boot.config;

import io.larder.content.NodeId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts file, environment, flags and defaults together and checks what one setting alone cannot.
final class ConfigurationLoader {
  /// `sun_path` of `struct sockaddr_un` has 108 bytes, one of them NUL; the local API first binds a
  /// name that is four bytes longer, and renames it when it answers.
  private static final int LONGEST_SOCKET = 103;

  private ConfigurationLoader() {}

  static LoadOutcome load(
      List<String> arguments, Map<String, String> environment, Machine machine) {
    List<Problem> problems = new ArrayList<>();
    Flags flags = Flags.read(arguments, problems);
    if (flags.help()) {
      return new LoadOutcome.Shown(Reference.help());
    }
    List<Assignment> fromFile =
        file(flags, environment, machine)
            .map(file -> YamlFile.read(file, problems))
            .orElse(List.of());
    List<Assignment> fromEnvironment = Environment.read(environment, problems);
    Values values = new Values(List.of(fromFile, fromEnvironment, flags.assignments()), problems);
    derive(values, nodeAddress(environment, machine, problems), machine);
    check(values);
    if (!problems.isEmpty()) {
      return new LoadOutcome.Refused(problems);
    }
    return flags.print()
        ? new LoadOutcome.Shown(Reference.effective(values))
        : new LoadOutcome.Loaded(configuration(values));
  }

  /// A file that is named must exist; the standard one need not.
  private static Optional<Path> file(
      Flags flags, Map<String, String> environment, Machine machine) {
    return flags
        .config()
        .or(() -> Optional.ofNullable(environment.get(Settings.CONFIG_VARIABLE)))
        .filter(name -> !name.isEmpty())
        .map(Path::of)
        .or(() -> Optional.of(machine.configFile()).filter(Files::exists));
  }

  private static String nodeAddress(
      Map<String, String> environment, Machine machine, List<Problem> problems) {
    String given = environment.getOrDefault(Settings.ADDRESS_VARIABLE, "");
    if (given.isEmpty()) {
      return machine.address();
    }
    try {
      return new Address(given, 0).host();
    } catch (IllegalArgumentException e) {
      problems.add(
          new Problem(
              Settings.ADDRESS_VARIABLE,
              new Provenance.Variable(Settings.ADDRESS_VARIABLE),
              "it is not a host name or an IP address",
              "write for example '10.0.0.17'"));
      return machine.address();
    }
  }

  private static void derive(Values values, String nodeAddress, Machine machine) {
    values.derive(
        Settings.PEER_ADVERTISE, reachable(values.get(Settings.PEER_LISTEN), nodeAddress));
    values.derive(
        Settings.RAFT_ADVERTISE, reachable(values.get(Settings.RAFT_LISTEN), nodeAddress));
    if (values.get(Settings.NODE_ID).isEmpty()) {
      try {
        values.derive(Settings.NODE_ID, Optional.of(new NodeId(machine.hostName())));
      } catch (IllegalArgumentException e) {
        values.refuse(
            Settings.NODE_ID, "the host's name cannot be used: " + e.getMessage(), "set node.id");
      }
    }
  }

  private static Optional<Address> reachable(Address listen, String nodeAddress) {
    return Optional.of(listen.wildcard() ? new Address(nodeAddress, listen.port()) : listen);
  }

  private static void check(Values values) {
    int socket = values.get(Settings.SOCKET).toString().getBytes(StandardCharsets.UTF_8).length;
    if (socket > LONGEST_SOCKET) {
      values.refuse(
          Settings.SOCKET,
          "it is " + socket + " bytes long and a socket's path has at most " + LONGEST_SOCKET,
          "choose a shorter path, for example /run/larder/larder.sock");
    }
    if (values.get(Settings.RAFT_VOTERS) % 2 == 0) {
      values.refuse(
          Settings.RAFT_VOTERS,
          "an even number of voters survives no more failures than one less",
          "choose 1, 3 or 5");
    }
    if (values.get(Settings.RAFT_LISTEN).port() == 0) {
      values.refuse(
          Settings.RAFT_LISTEN,
          "a voter is known by its port over restarts, so the system cannot choose it",
          "name a port, for example 0.0.0.0:7172");
    }
    advertise(values, Settings.PEER_ADVERTISE, Settings.PEER_LISTEN);
    advertise(values, Settings.RAFT_ADVERTISE, Settings.RAFT_LISTEN);
    for (Address seed : values.get(Settings.PEER_SEEDS)) {
      if (seed.wildcard() || seed.port() == 0) {
        values.refuse(
            Settings.PEER_SEEDS,
            "nobody can be reached at " + seed,
            "name a host and the port of its peer.listen, for example 10.0.0.1:7171");
      }
    }
    ports(values);
    tls(values);
  }

  private static void advertise(
      Values values, Setting<Optional<Address>> setting, Setting<Address> listen) {
    values
        .get(setting)
        .filter(
            address -> address.wildcard() || address.port() == 0 && values.get(listen).port() != 0)
        .ifPresent(
            address ->
                values.refuse(
                    setting,
                    "nobody can reach " + address,
                    "name the host and port that others see, or leave it out"));
  }

  private static void ports(Values values) {
    List<Setting<Address>> doors =
        List.of(Settings.HTTP_LISTEN, Settings.PEER_LISTEN, Settings.RAFT_LISTEN);
    for (int i = 0; i < doors.size(); i++) {
      for (int j = i + 1; j < doors.size(); j++) {
        Address one = values.get(doors.get(i));
        Address other = values.get(doors.get(j));
        boolean meet = one.wildcard() || other.wildcard() || one.host().equals(other.host());
        if (meet && one.port() != 0 && one.port() == other.port()) {
          values.refuse(
              doors.get(j),
              "its port is also that of " + doors.get(i).key() + ", " + one,
              "give each its own port");
        }
      }
    }
  }

  private static void tls(Values values) {
    List<Setting<Optional<Path>>> all =
        List.of(Settings.TLS_CERTIFICATE, Settings.TLS_KEY, Settings.TLS_AUTHORITY);
    boolean any = all.stream().anyMatch(setting -> values.get(setting).isPresent());
    for (Setting<Optional<Path>> setting : all) {
      Optional<Path> file = values.get(setting);
      if (file.isEmpty() && any) {
        values.refuse(
            setting, "the other tls keys are set and this one is not", "set all three or none");
      } else if (file.isPresent() && !Files.isReadable(file.get())) {
        values.refuse(
            setting,
            file.get() + (Files.exists(file.get()) ? " cannot be read" : " does not exist"),
            "check the path, its owner and its mode");
      }
    }
  }

  private static Configuration configuration(Values values) {
    return new Configuration(
        new Configuration.Node(
            values.get(Settings.NODE_ID).orElseThrow(),
            values.get(Settings.NODE_ZONE),
            values.get(Settings.NODE_RACK)),
        values.get(Settings.CLUSTER_NAME),
        values.get(Settings.DATA),
        values.get(Settings.SOCKET),
        values.get(Settings.STORE_CAPACITY),
        new Configuration.Door(
            values.get(Settings.PEER_LISTEN), values.get(Settings.PEER_ADVERTISE).orElseThrow()),
        values.get(Settings.PEER_SEEDS),
        new Configuration.Raft(
            new Configuration.Door(
                values.get(Settings.RAFT_LISTEN),
                values.get(Settings.RAFT_ADVERTISE).orElseThrow()),
            values.get(Settings.RAFT_BOOTSTRAP),
            values.get(Settings.RAFT_VOTERS),
            values.get(Settings.RAFT_PROMOTE_AFTER),
            values.get(Settings.RAFT_REPLACE_AFTER)),
        values.get(Settings.LEASE_TTL),
        values.get(Settings.HTTP_LISTEN),
        values
            .get(Settings.TLS_CERTIFICATE)
            .map(
                certificate ->
                    new Configuration.Tls(
                        certificate,
                        values.get(Settings.TLS_KEY).orElseThrow(),
                        values.get(Settings.TLS_AUTHORITY).orElseThrow())),
        new Configuration.Transfer(
            values.get(Settings.TRANSFER_MAX_UPLOAD),
            values.get(Settings.TRANSFER_MAX_DOWNLOAD),
            values.get(Settings.TRANSFER_ORIGIN_STREAMS),
            values.get(Settings.TRANSFER_PEER_STREAMS),
            values.get(Settings.TRANSFER_STALL)),
        new Configuration.Origins(
            values.get(Settings.ORIGIN_MAX_DOWNLOAD),
            new Configuration.S3(
                values.get(Settings.S3_ENDPOINT),
                values.get(Settings.S3_REGION),
                values.get(Settings.S3_PATH_STYLE))),
        values.get(Settings.SOURCE_FRESH),
        values.get(Settings.LOG_LEVEL));
  }
}
