package io.larder.origin.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.origin.DirectoryOriginContract;
import io.larder.origin.Origin;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;

/// [S3Origin] against a server that checks signatures and ranges.
class S3ProxyOriginTest extends DirectoryOriginContract {
  private static S3Server server;
  private final List<S3Origin> origins = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @AfterEach
  void close() {
    origins.forEach(S3Origin::close);
  }

  @Override
  protected Origin fresh() {
    return with(S3Options.defaults().withEndpoint(server.endpoint()), "secret");
  }

  private Origin with(S3Options options, String secret) {
    return with(options, S3Server.credentials(secret));
  }

  private Origin with(S3Options options, AwsCredentialsProvider credentials) {
    S3Origin origin = new S3Origin(options, credentials);
    origins.add(origin);
    return origin;
  }

  @Override
  protected Source putFile(String name, byte[] content) {
    server.put("files/" + name, content);
    return source("files/" + name);
  }

  @Override
  protected void removeFile(String name) {
    server.remove("files/" + name);
  }

  @Override
  protected Source putDirectory(String name, Map<String, byte[]> files) {
    files.forEach((path, content) -> server.put(name + "/" + path, content));
    return source(name + "/");
  }

  @Override
  protected int manyFiles() {
    return 1_100;
  }

  private static Source source(String path) {
    return Source.parse("s3://" + S3Server.BUCKET + "/" + path);
  }

  @Test
  void aPrefixWithoutASlashIsADirectoryToo() throws Exception {
    putDirectory("no-slash", Map.of("a.bin", bytes(10, 30)));
    Manifest manifest = manifest(fresh(), source("no-slash"));
    assertThat(manifest.shape()).isEqualTo(Manifest.Shape.DIRECTORY);
    assertThat(only(manifest).path().value()).isEqualTo("a.bin");
  }

  @Test
  void directoryMarkersAreNoFiles() throws Exception {
    putDirectory("marked", Map.of("sub/a.bin", bytes(10, 31)));
    server.put("marked/", new byte[0]);
    server.put("marked/sub/", new byte[0]);
    assertThat(only(manifest(fresh(), source("marked/"))).path().value()).isEqualTo("sub/a.bin");
  }

  @Test
  void anEmptyPrefixIsNotFound() {
    assertThat(failure(ErrorKind.NOT_FOUND, () -> fresh().resolve(source("none/"), soon())))
        .hasMessageContaining("no key in bucket larder-test starts with 'none/'")
        .hasMessageContaining("endpoint and region");
    assertThat(failure(ErrorKind.NOT_FOUND, () -> fresh().resolve(source("none"), soon())))
        .hasMessageContaining("neither an object 'none' nor objects under 'none/'");
  }

  @Test
  void aMissingBucketIsNotFound() {
    for (String path : new String[] {"/", "/file", ""}) {
      Source source = Source.parse("s3://no-such-bucket" + path);
      assertThat(failure(ErrorKind.NOT_FOUND, () -> fresh().resolve(source, soon())))
          .hasMessageContaining("s3://no-such-bucket")
          .hasMessageContaining("no such bucket");
    }
  }

  @Test
  void wrongCredentialsAreDenied() throws Exception {
    putFile("secret.bin", bytes(10, 32));
    S3Options options = S3Options.defaults().withEndpoint(server.endpoint());
    for (String path : new String[] {"files/", "files/secret.bin"}) {
      assertThat(
              failure(
                  ErrorKind.DENIED, () -> with(options, "hunter2").resolve(source(path), soon())))
          .hasMessageContaining("403")
          .hasMessageContaining("check the credentials (those from code)")
          .hasMessageContaining("s3:ListBucket")
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void noCredentialsAreDenied() {
    Origin origin =
        with(
            S3Options.defaults().withEndpoint(server.endpoint()),
            AwsCredentialsProviderChain.of(
                software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider.create(
                    "no-such-profile")));
    assertThat(failure(ErrorKind.DENIED, () -> origin.resolve(source("files/"), soon())))
        .hasMessageContaining("no credentials for S3")
        .hasMessageContaining("AWS_ACCESS_KEY_ID");
  }

  @Test
  void unknownHostsAndClosedPortsAreNamed() {
    assertThat(
            failure(
                ErrorKind.UNAVAILABLE,
                () ->
                    with(at("http://s3.no-such-host.invalid"), "secret")
                        .resolve(source("a/"), soon())))
        .hasMessageContaining("s3.no-such-host.invalid is not known to DNS");
    assertThat(
            failure(
                ErrorKind.UNAVAILABLE,
                () -> with(at("http://localhost:1"), "secret").resolve(source("a/"), soon())))
        .hasMessageContaining("http://localhost:1 is not reachable");
  }

  private static S3Options at(String endpoint) {
    return S3Options.defaults().withEndpoint(URI.create(endpoint));
  }

  @Test
  void badUrisAreRefused() {
    Map<String, String> why =
        Map.of(
            "s3:bucket/key", "write s3://bucket/prefix/",
            "s3:///key", "'' cannot be the name of a bucket",
            "s3://-/key", "'-' cannot be the name of a bucket",
            "s3://bucket/a?b", "%3F",
            "s3://bucket/a%zz", "%25");
    why.forEach(
        (uri, reason) ->
            assertThat(failure(ErrorKind.INVALID, () -> fresh().resolve(Source.parse(uri), soon())))
                .hasMessageContaining(uri)
                .hasMessageContaining(reason));
  }

  @Test
  void theSameContentUnderTwoKeysIsTwoPins() throws Exception {
    Map<String, byte[]> files = Map.of("a", bytes(10, 33), "b", bytes(10, 33));
    Manifest manifest = manifest(fresh(), putDirectory("twins", files));
    assertThat(manifest.files()).extracting(FileEntry::blob).doesNotHaveDuplicates();
  }

  @Test
  void optionsComeFromTheEnvironment() {
    S3Options options =
        S3Options.fromEnvironment(
            Map.of(
                "AWS_ENDPOINT_URL", "http://general:1",
                "AWS_ENDPOINT_URL_S3", "http://special:2",
                "AWS_DEFAULT_REGION", "eu-west-1"));
    assertThat(options.endpoint()).contains(URI.create("http://special:2"));
    assertThat(options.region()).contains("eu-west-1");
    assertThat(
            failure(
                ErrorKind.INVALID,
                () -> S3Options.fromEnvironment(Map.of("AWS_ENDPOINT_URL", "minio:9000"))))
        .hasMessageContaining("'minio:9000'");
  }
}
