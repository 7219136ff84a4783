package io.larder.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// An S3 server (S3Proxy on a folder) as a process of its own. It checks signatures.
public final class OriginProcess implements AutoCloseable {
  private static final String ACCESS_KEY = "larder";
  private static final String SECRET_KEY = "larder-secret";

  private final InetSocketAddress address;
  private final ChildProcess process;

  private OriginProcess(InetSocketAddress address, ChildProcess process) {
    this.address = address;
    this.process = process;
  }

  /// Starts it and waits until it takes connections.
  ///
  /// @param folder for the objects, the configuration and the log; created when missing
  public static OriginProcess start(Host host, Path folder) {
    InetSocketAddress address = new InetSocketAddress(host.address(), Host.freePorts(1).getFirst());
    try {
      Path objects = Files.createDirectories(folder.resolve("objects"));
      Path configuration = folder.resolve("s3proxy.properties");
      Files.writeString(
          configuration,
          """
          s3proxy.endpoint=http://%s:%d
          s3proxy.authorization=aws-v2-or-v4
          s3proxy.identity=%s
          s3proxy.credential=%s
          jclouds.provider=filesystem-nio2
          jclouds.filesystem.basedir=%s
          """
              .formatted(host.address(), address.getPort(), ACCESS_KEY, SECRET_KEY, objects));
      List<String> command = new ArrayList<>(host.prefix());
      command.addAll(
          List.of(
              ChildProcess.java(),
              "-Xmx256m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              classPath(),
              Logs.quietOption(),
              "org.gaul.s3proxy.Main",
              "--properties",
              configuration.toString()));
      ChildProcess process =
          ChildProcess.start("origin", command, Map.of(), folder.resolve("s3proxy.log"));
      OriginProcess origin = new OriginProcess(address, process);
      Awaitility.await("the origin takes connections")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(50))
          .until(origin::accepts);
      return origin;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public InetSocketAddress address() {
    return address;
  }

  public ChildProcess process() {
    return process;
  }

  /// What a daemon needs in its environment to be let in.
  public static Map<String, String> credentials() {
    return Map.of(
        "AWS_ACCESS_KEY_ID",
        ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY",
        SECRET_KEY,
        "AWS_REGION",
        "us-east-1",
        "AWS_EC2_METADATA_DISABLED",
        "true");
  }

  /// Uploads the files of a folder, by their paths in it, past any relay.
  public void upload(Path folder, String bucket, String prefix) {
    try (S3Client client = client();
        var files = Files.walk(folder)) {
      if (client.listBuckets().buckets().stream().noneMatch(b -> b.name().equals(bucket))) {
        client.createBucket(b -> b.bucket(bucket));
      }
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = prefix + folder.relativize(file);
        client.putObject(b -> b.bucket(bucket).key(key), file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private S3Client client() {
    return S3Client.builder()
        .endpointOverride(URI.create("http://" + address.getHostString() + ":" + address.getPort()))
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
        .build();
  }

  /// The folder that S3Proxy was loaded from, when its jar lies in one with all others, as in the
  /// installed demo; otherwise the class path of this JVM.
  private static String classPath() {
    Path server = folderOf(org.gaul.s3proxy.Main.class);
    return server.equals(folderOf(OriginProcess.class))
        ? server + "/*"
        : System.getProperty("java.class.path");
  }

  private static Path folderOf(Class<?> type) {
    URI jar = URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString());
    return Path.of(jar).resolveSibling(".").normalize();
  }

  private boolean accepts() {
    if (!process.alive()) {
      throw new IllegalStateException("the origin ended at start:\n" + process.logTail(20));
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
