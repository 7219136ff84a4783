package io.larder.boot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir Path dir;
  private Path file;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void nameTheFile() {
    file = dir.resolve("larder.yaml");
  }

  @Test
  void defaultsAreEnoughForOneNode() {
    Configuration configuration = load();

    assertThat(configuration.node().id()).isEqualTo(new NodeId("host-1"));
    assertThat(configuration.node().zone()).isEmpty();
    assertThat(configuration.clusterName()).isEqualTo("larder");
    assertThat(configuration.data()).isEqualTo(Path.of("/var/lib/larder"));
    assertThat(configuration.socket()).isEqualTo(Path.of("/run/larder/larder.sock"));
    assertThat(configuration.storeCapacity()).isEqualTo(new Capacity.ShareOfDisk(80));
    assertThat(configuration.peer().listen()).isEqualTo(new Address("0.0.0.0", 7171));
    assertThat(configuration.peer().advertise()).isEqualTo(new Address("10.0.0.9", 7171));
    assertThat(configuration.raft().door().advertise()).isEqualTo(new Address("10.0.0.9", 7172));
    assertThat(configuration.raft().bootstrap()).isFalse();
    assertThat(configuration.raft().voters()).isEqualTo(3);
    assertThat(configuration.raft().promoteAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(configuration.leaseTtl()).isEqualTo(Duration.ofSeconds(4));
    assertThat(configuration.tls()).isEmpty();
    assertThat(configuration.transfer())
        .isEqualTo(new Configuration.Transfer(0, 0, 4, 4, Duration.ofSeconds(15)));
    assertThat(configuration.origins().s3().pathStyle()).isEmpty();
    assertThat(configuration.logLevel()).isEqualTo(LogLevel.INFO);
  }

  @Test
  void flagsBeatTheEnvironmentWhichBeatsTheFile() throws IOException {
    write("node.zone: from-file\nnode.rack: from-file\ncluster.name: from-file\n");
    environment.put("LARDER_NODE_ZONE", "from-env");
    environment.put("LARDER_NODE_RACK", "from-env");

    Configuration configuration = load("--node-zone", "from-flag");

    assertThat(configuration.node().zone()).contains("from-flag");
    assertThat(configuration.node().rack()).contains("from-env");
    assertThat(configuration.clusterName()).isEqualTo("from-file");
  }

  @Test
  void groupsMayBeNestedOrDotted() throws IOException {
    write(
        """
        # a comment
        node: {id: gpu-7, zone: a}
        origin:
          s3.endpoint: http://minio:9000
          s3:
            region: eu-central-1
          max-download: 50MB
        peer:
          seeds:
            - 10.0.0.1:7171
            - "[fd00::1]:7171"
        raft:
        """);

    Configuration configuration = load();

    assertThat(configuration.node().id().value()).isEqualTo("gpu-7");
    assertThat(configuration.origins())
        .isEqualTo(
            new Configuration.Origins(
                50_000_000,
                new Configuration.S3(
                    Optional.of(URI.create("http://minio:9000")),
                    Optional.of("eu-central-1"),
                    Optional.empty())));
    assertThat(configuration.seeds())
        .containsExactly(new Address("10.0.0.1", 7171), new Address("fd00::1", 7171));
  }

  @Test
  void shortFlagsListsAndSwitches() {
    Configuration configuration =
        load(
            "--bootstrap",
            "--seed=a:1",
            "--seed",
            "b:2,c:3",
            "--max-upload=200MiB/s",
            "--max-download",
            "1GB",
            "--origin-s3-path-style");

    assertThat(configuration.raft().bootstrap()).isTrue();
    assertThat(configuration.seeds())
        .containsExactly(new Address("a", 1), new Address("b", 2), new Address("c", 3));
    assertThat(configuration.transfer().maxUpload()).isEqualTo(200L << 20);
    assertThat(configuration.transfer().maxDownload()).isEqualTo(1_000_000_000);
    assertThat(configuration.origins().s3().pathStyle()).contains(true);
    assertThat(load("--bootstrap=false").raft().bootstrap()).isFalse();
  }

  @Test
  void advertisedAddressesAreDerived() {
    environment.put("LARDER_NODE_ADDRESS", "192.168.7.7");

    Configuration configuration = load("--peer-listen=0.0.0.0:0", "--raft-listen=127.0.0.1:9002");

    assertThat(configuration.peer().advertised(4711)).isEqualTo(new Address("192.168.7.7", 4711));
    assertThat(configuration.raft().door().advertised(9002))
        .isEqualTo(new Address("127.0.0.1", 9002));
  }

  @Test
  void allProblemsAreReportedAtOnce() throws IOException {
    write(
        """
        store:
          capcity: 80%
        data: relative/path
        lease.ttl: 4 parsecs
        node.id: x
        node: {id: y}
        tls: {key: /nonexistent/key}
        log: info
        """);
    environment.put("LARDER_RAFT_VOTERS", "2");
    environment.put("LARDER_HTTP_LISTN", "0.0.0.0:1");

    List<Problem> problems =
        refused("--max-uplod=1GB", "--http-listen=localhost:7171", "--seed=nowhere", "stray");

    assertThat(problems)
        .extracting(Problem::toString)
        .containsExactlyInAnyOrder(
            "store.capcity (" + file + ":2): there is no such key; did you mean 'store.capacity'?",
            "data ("
                + file
                + ":3): 'relative/path' is not an absolute path; write for example"
                + " '/var/lib/larder'",
            "lease.ttl (" + file + ":4): '4 parsecs' is not a duration; write for example '4s'",
            "node.id (" + file + ":6): it is already set in line 5; keep one of them",
            "tls.key ("
                + file
                + ":7): /nonexistent/key does not exist; check the path, its owner and its mode",
            "tls.certificate (not set): the other tls keys are set and this one is not; set all"
                + " three or none",
            "tls.authority (not set): the other tls keys are set and this one is not; set all"
                + " three or none",
            "log (" + file + ":8): it is a group of settings; set one of log.level",
            "raft.voters (environment variable LARDER_RAFT_VOTERS): an even number of voters"
                + " survives no more failures than one less; choose 1, 3 or 5",
            "LARDER_HTTP_LISTN (environment variable LARDER_HTTP_LISTN): there is no such setting;"
                + " did you mean LARDER_HTTP_LISTEN?",
            "--max-uplod (flag --max-uplod): there is no such flag; did you mean --max-upload?",
            "peer.listen (not set): its port is also that of http.listen, localhost:7171; give"
                + " each its own port",
            "peer.seeds (flag --seed): 'nowhere' is not host:port; write for example"
                + " '10.0.0.1:7171'",
            "argument (flag 'stray'): the daemon takes flags only; remove it, or write"
                + " --flag=value");
  }

  @Test
  void orThrowSaysAllOfIt() {
    assertThatThrownBy(() -> load("--nope", "--data=x"))
        .isInstanceOfSatisfying(
            LarderException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(ErrorKind.INVALID);
              assertThat(e).hasMessageContaining("2 problems").hasMessageContaining("'x' is not");
            });
    assertThatThrownBy(() -> load("--help")).hasMessageContaining("start nothing");
  }

  @Test
  void aHiddenValueIsStillChecked() throws IOException {
    write("lease.ttl: never\n");

    assertThat(refused("--lease-ttl=4s")).extracting(Problem::key).containsExactly("lease.ttl");
  }

  @Test
  void brokenFilesAreNamedWithTheLine() throws IOException {
    write("node:\n  id: [a\ndata: /x\n");
    assertThat(refused())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.from()).isInstanceOf(Provenance.Line.class);
              assertThat(problem.reason()).startsWith("it is not YAML");
            });

    Files.write(file, new byte[] {(byte) 0xc3, 0x28});
    assertThat(refused()).extracting(Problem::reason).containsExactly("it is not text in UTF-8");

    write("- a\n- b\n");
    assertThat(refused())
        .extracting(Problem::reason)
        .containsExactly("keys and values are expected here");

    write("data:\nnode.zone: [a]\n? [x]\n: y\n");
    assertThat(refused())
        .extracting(Problem::reason)
        .containsExactly(
            "it has no value", "its value is not a single word", "a key is not a word");

    write("origin: &loop\n  s3: *loop\n");
    assertThat(refused()).isNotEmpty();

    write("");
    assertThat(load().node().id().value()).isEqualTo("host-1");
  }

  @Test
  void aNamedFileMustExist() {
    environment.put("LARDER_CONFIG", dir.resolve("missing.yaml").toString());

    assertThat(refused())
        .singleElement()
        .satisfies(problem -> assertThat(problem.reason()).isEqualTo("it does not exist"));
    assertThat(load("--config", "/dev/null").clusterName()).isEqualTo("larder");
  }

  @Test
  void kubernetesServiceLinksAndEmptyVariablesAreNoSettings() {
    environment.put("LARDER_SERVICE_HOST", "10.1.2.3");
    environment.put("LARDER_PORT", "tcp://10.1.2.3:7170");
    environment.put("LARDER_PORT_7170_TCP_ADDR", "10.1.2.3");
    environment.put("LARDER_PEERS_SERVICE_PORT_GRPC", "7171");
    environment.put("LARDER_JAVA_OPTS", "-Xmx1g");
    environment.put("LARDER_NODE_ZONE", "");

    assertThat(load().node().zone()).isEmpty();
  }

  @Test
  void secretsAreNeverRepeated() throws IOException {
    write("origin.s3.secret-key: hunter2\norigin.s3.endpoint: http://me:hunter2@minio:9000\n");
    environment.put("LARDER_S3_SECRET", "hunter2");

    List<Problem> problems = refused("--s3-secret", "hunter2", "--s3-password=hunter2");

    assertThat(problems).hasSize(5).noneMatch(problem -> problem.toString().contains("hunter2"));
  }

  @Test
  void valuesOutOfBoundsAreRefused() {
    Map.of(
            "--store-capacity=0",
            "leaves no room",
            "--store-capacity=101%",
            "not between 1% and 100%",
            "--transfer-peer-streams=0",
            "not a whole number between 1 and 64",
            "--raft-listen=0.0.0.0:0",
            "cannot choose it",
            "--peer-listen=::1:7171",
            "stands in brackets",
            "--seed=0.0.0.0:7171",
            "nobody can be reached",
            "--peer-advertise=0.0.0.0:7171",
            "nobody can reach",
            "--max-upload=5",
            "moves no model",
            "--node-id=a/b",
            "a node id has",
            "--socket=/" + "s".repeat(120),
            "121 bytes long")
        .forEach(
            (flag, reason) ->
                assertThat(refused(flag))
                    .as(flag)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.reason()).contains(reason)));
  }

  @Test
  void twiceTheSameFlagIsRefused() {
    assertThat(refused("--data=/a", "--data=/b"))
        .extracting(Problem::reason)
        .containsExactly("it is given twice");
    assertThat(refused("--data")).extracting(Problem::reason).containsExactly("it has no value");
    assertThat(refused("--data", "--bootstrap"))
        .extracting(Problem::reason)
        .containsExactly("it has no value");
  }

  @Test
  void aHostNameThatIsNoNodeIdAsksForOne() {
    LoadOutcome outcome =
        ConfigurationLoader.load(
            List.of(), Map.of(), new Machine("bad name", "10.0.0.9", dir.resolve("none")));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            LoadOutcome.Refused.class,
            refused -> assertThat(refused.text()).contains("set node.id"));
  }

  @Test
  void effectiveConfigurationCanBeFedBackIn() throws IOException {
    write("node: {zone: a}\nstore.capacity: 3TiB\n");
    environment.put("LARDER_LOG_LEVEL", "DEBUG");
    String[] flags = {"--seed=[fd00::1]:7171", "--seed=b:2", "--max-upload=1536KiB"};

    String printed = ((LoadOutcome.Shown) outcome(with(flags, "--print-config"))).text();
    Configuration first = load(flags);
    write(printed);
    environment.clear();

    assertThat(load()).isEqualTo(first);
    assertThat(printed)
        .contains("store.capacity: 3TiB  # " + file + ":2")
        .contains("log.level: debug  # environment variable LARDER_LOG_LEVEL")
        .contains("transfer.max-upload: 1536KiB  # flag --max-upload")
        .contains("node.id: host-1  # default: the host's name")
        .contains("# node.rack:  # default");
  }

  @Test
  void thisMachineHasANameAndAnAddress() {
    assertThat(Configuration.load(List.of("--config=/dev/null", "--node-id=n"), Map.of()).orThrow())
        .isNotNull();
    assertThat(Machine.here().hostName()).isNotBlank();
    assertThat(new Address(Machine.here().address(), 1).wildcard()).isFalse();
  }

  @Test
  void capacityOfADiskIsTakenFromTheNearestFolder() {
    long half = new Capacity.ShareOfDisk(50).bytesIn(dir.resolve("not/yet/there"));

    assertThat(half).isBetween(1L, dir.toFile().getTotalSpace());
    assertThat(new Capacity.Fixed(7).bytesIn(dir)).isEqualTo(7);
  }

  private void write(String yaml) throws IOException {
    Files.writeString(file, yaml);
  }

  private Configuration load(String... flags) {
    return outcome(flags).orThrow();
  }

  private List<Problem> refused(String... flags) {
    LoadOutcome outcome = outcome(flags);
    assertThat(outcome).isInstanceOf(LoadOutcome.Refused.class);
    return ((LoadOutcome.Refused) outcome).problems();
  }

  private LoadOutcome outcome(String... flags) {
    return ConfigurationLoader.load(
        List.of(flags), environment, new Machine("host-1", "10.0.0.9", file));
  }

  private static String[] with(String[] flags, String more) {
    String[] all = java.util.Arrays.copyOf(flags, flags.length + 1);
    all[flags.length] = more;
    return all;
  }
}
