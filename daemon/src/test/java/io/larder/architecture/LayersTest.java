package io.larder.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The layers of docs/architecture.md. A package uses only those below it and none beside it. When
/// a rule is in the way, it is the code that moves, or the rule with an ADR.
@AnalyzeClasses(
    packages = "io.larder",
    importOptions = {ImportOption.DoNotIncludeTests.class, LayersTest.OnlyDaemon.class})
class LayersTest {
  /// From the top. What stands in one row does not use each other, except that everything else in
  /// the composition root may be used by it.
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of("boot", "cli"),
          Set.of("proxy", "api", "ops"),
          Set.of("artifact"),
          Set.of("fetch", "expose", "evict"),
          Set.of("store", "swarm", "origin", "lease"),
          Set.of("concurrent", "error"),
          Set.of("content"));

  /// Composition: `boot` puts commands and daemon together, `cli` starts an embedded node.
  private static final Set<String> MIX_WITH_THEIR_OWN_ROW = Set.of("boot", "cli");

  /// `concurrent` reports in the terms of `error`, which stands on nothing.
  private static final Set<String> MAY_USE_ERROR = Set.of("concurrent");

  /// The technologies, and the only packages that know them.
  private static final Map<String, List<String>> TECHNOLOGIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("io.grpc", List.of("swarm.grpc", "api.grpc")),
              Map.entry("io.netty", List.of("swarm.grpc", "api.grpc")),
              Map.entry("com.google.protobuf", List.of("swarm.grpc", "api.grpc", "lease.raft")),
              Map.entry("io.larder.proto", List.of("swarm.grpc", "api.grpc", "lease.raft")),
              Map.entry("org.apache.ratis", List.of("lease.raft")),
              Map.entry("org.rocksdb", List.of("store.rocks")),
              Map.entry("software.amazon.awssdk", List.of("origin.s3")),
              Map.entry("picocli", List.of("cli")),
              Map.entry("tools.jackson", List.of("cli", "ops")),
              Map.entry("com.fasterxml.jackson", List.of("cli", "ops")),
              Map.entry("org.snakeyaml", List.of("boot.config")),
              Map.entry("io.micrometer", List.of("ops")),
              Map.entry("io.prometheus", List.of("ops")),
              Map.entry("org.eclipse.jetty", List.of("ops", "proxy")),
              Map.entry("org.bouncycastle", List.of("boot.tls")),
              Map.entry("ch.qos.logback", List.of("boot"))));

  @ArchTest
  static void packagesUseOnlyThoseBelow(JavaClasses daemon) {
    for (int row = 0; row < LAYERS.size(); row++) {
      for (String layer : LAYERS.get(row)) {
        Set<String> forbidden = new TreeSet<>();
        LAYERS.subList(0, row).forEach(forbidden::addAll);
        if (!MIX_WITH_THEIR_OWN_ROW.contains(layer)) {
          forbidden.addAll(LAYERS.get(row));
          forbidden.remove(layer);
        }
        if (MAY_USE_ERROR.contains(layer)) {
          forbidden.remove("error");
        }
        if (!forbidden.isEmpty()) {
          noClasses()
              .that()
              .resideInAPackage(tree(layer))
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(forbidden.stream().map(LayersTest::tree).toArray(String[]::new))
              .allowEmptyShould(true)
              .check(daemon);
        }
      }
    }
  }

  /// A new package at the top must be given its place in the table.
  @ArchTest
  static void everyPackageHasAPlace(JavaClasses daemon) {
    String[] known =
        LAYERS.stream().flatMap(Set::stream).map(LayersTest::tree).toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(daemon);
  }

  /// `store.disk` and `store.rocks` know the seam; the seam knows neither, and nobody but the
  /// composition root and their own seam's subtree knows them.
  @ArchTest
  static void implementationsAreKnownToTheCompositionRootOnly(JavaClasses daemon) {
    for (String seam : List.of("store", "swarm", "origin", "lease", "api", "proxy")) {
      noClasses()
          .that(not(resideInAnyPackage(tree("boot"), tree("cli"), "io.larder." + seam + ".(*)..")))
          .should()
          .dependOnClassesThat(resideInAPackage("io.larder." + seam + ".(*).."))
          .allowEmptyShould(true)
          .check(daemon);
    }
  }

  @ArchTest
  static void technologiesStayInTheirPackages(JavaClasses daemon) {
    TECHNOLOGIES.forEach(
        (technology, homes) ->
            noClasses()
                .that(
                    not(
                        resideInAnyPackage(
                            homes.stream().map(LayersTest::tree).toArray(String[]::new))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(technology + "..")
                .as(technology + " is known to " + homes + " only")
                .check(daemon));
  }

  @ArchTest
  static void onlyConcurrentStartsThreads(JavaClasses daemon) {
    noClasses()
        .that()
        .resideOutsideOfPackage(tree("concurrent"))
        .should(startThreads())
        .check(daemon);
  }

  @ArchTest
  static void contentKnowsNothingButTheJdk(JavaClasses daemon) {
    classes()
        .that()
        .resideInAPackage(tree("content"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", tree("content"))
        .check(daemon);
  }

  @ArchTest
  static void namesSayWhatThingsAre(JavaClasses daemon) {
    noClasses().should().haveNameMatching(".*(Impl|Manager|Helper|Utils?)(\\$.*)?").check(daemon);
  }

  @Test
  void everyPackageIsNullMarked() throws IOException {
    List<Path> unmarked = new ArrayList<>();
    for (Path folder :
        sources().map(Path::getParent).collect(Collectors.toCollection(TreeSet::new))) {
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("\n@NullMarked\n")) {
        unmarked.add(folder);
      }
    }
    assertThat(unmarked).as("packages without a package-info.java with @NullMarked").isEmpty();
  }

  @Test
  void filesStayReadable() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : Stream.concat(sources(), tests()).toList()) {
      try (Stream<String> lines = Files.lines(file)) {
        long count = lines.count();
        if (count > 500) {
          tooLong.add(file + ": " + count);
        }
      }
    }
    assertThat(tooLong).as("files of more than 500 lines").isEmpty();
  }

  private static Stream<Path> sources() throws IOException {
    return javaFiles(Path.of("src", "main", "java"));
  }

  private static Stream<Path> tests() throws IOException {
    return javaFiles(Path.of("src", "test", "java"));
  }

  private static Stream<Path> javaFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    }
  }

  private static String tree(String name) {
    return "io.larder." + name + "..";
  }

  /// Constructors and factories that start a thread or make something that will.
  private static ArchCondition<JavaClass> startThreads() {
    DescribedPredicate<JavaClass> executors =
        DescribedPredicate.describe(
            "starts threads",
            type ->
                type.isEquivalentTo(java.util.concurrent.Executors.class)
                    || type.isEquivalentTo(java.util.concurrent.ForkJoinPool.class)
                    || type.isEquivalentTo(java.util.concurrent.ThreadPoolExecutor.class)
                    || type.isEquivalentTo(java.util.Timer.class));
    Set<String> starters =
        Set.of("<init>", "start", "ofVirtual", "ofPlatform", "startVirtualThread");
    return new ArchCondition<>("start threads") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getCodeUnitCallsFromSelf()
            .forEach(
                call -> {
                  JavaClass owner = call.getTargetOwner();
                  boolean thread =
                      owner.isEquivalentTo(Thread.class) && starters.contains(call.getName());
                  boolean asynchronous =
                      owner.isEquivalentTo(java.util.concurrent.CompletableFuture.class)
                          && call.getName().endsWith("Async");
                  if (thread || asynchronous || executors.test(owner)) {
                    events.add(SimpleConditionEvent.satisfied(type, call.getDescription()));
                  }
                });
      }
    };
  }

  /// The other modules have other rules.
  static final class OnlyDaemon implements ImportOption {
    @Override
    public boolean includes(com.tngtech.archunit.core.importer.Location location) {
      return location.contains("/daemon/target/classes/");
    }
  }
}
