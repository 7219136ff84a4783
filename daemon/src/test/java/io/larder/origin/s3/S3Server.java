package io.larder.origin.s3;

import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A real S3 server (S3Proxy) in this process, on the loopback interface, with objects in memory.
final class S3Server implements AutoCloseable {
  static final String BUCKET = "larder-test";

  private final S3Proxy proxy;
  private final S3Client client;

  S3Server() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("s3proxy.endpoint", "http://127.0.0.1:0");
    properties.setProperty("s3proxy.authorization", "aws-v2-or-v4");
    properties.setProperty("s3proxy.identity", "larder");
    properties.setProperty("s3proxy.credential", "secret");
    properties.setProperty("jclouds.provider", "transient-nio2");
    properties.setProperty("jclouds.identity", "any");
    properties.setProperty("jclouds.credential", "any");
    proxy =
        S3Proxy.Builder.fromProperties(properties)
            .blobStore(BlobStores.create("transient-nio2", properties))
            .build();
    proxy.start();
    client =
        S3Client.builder()
            .endpointOverride(endpoint())
            .credentialsProvider(credentials("secret"))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .build();
    client.createBucket(b -> b.bucket(BUCKET));
  }

  URI endpoint() {
    return URI.create("http://localhost:" + proxy.getPort());
  }

  S3Client client() {
    return client;
  }

  static AwsCredentialsProvider credentials(String secret) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create("larder", secret));
  }

  void put(String key, byte[] content) {
    client.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  void remove(String key) {
    client.deleteObject(b -> b.bucket(BUCKET).key(key));
  }

  @Override
  public void close() throws Exception {
    client.close();
    proxy.stop();
  }
}
