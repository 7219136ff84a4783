package io.larder.origin.s3;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Revision;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.Listings;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// `s3://bucket/prefix/`: all objects under a prefix, as a directory; `s3://bucket/key`: that
/// object, or, when there is none, what stands under `key/`. Keys are percent-encoded in the URI.
///
/// Objects are pinned by their version where the bucket keeps versions, else by their ETag. The SDK
/// neither retries nor checks digests here: both are done above, once. Thread-safe; closing it cuts
/// all its streams. Interrupts cut a virtual thread's request at once; a platform thread's only
/// between two reads.
public final class S3Origin implements Origin, AutoCloseable {
  private final S3Options options;
  private final AwsCredentialsProvider credentials;
  private final S3Failures failures;
  private final S3Lister lister;
  private final Listings listings = new Listings();
  private @Nullable S3Client client;

  /// Credentials come from the SDK's default chain, or are none when the options say so.
  public S3Origin(S3Options options) {
    this(
        options,
        options.anonymous()
            ? AnonymousCredentialsProvider.create()
            : DefaultCredentialsProvider.builder().build());
  }

  S3Origin(S3Options options, AwsCredentialsProvider credentials) {
    this.options = options;
    this.credentials = credentials;
    this.failures = new S3Failures(options, () -> CredentialSource.inWords(credentials));
    this.lister = new S3Lister(options, failures);
  }

  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) throws InterruptedException {
    return listings.remember(list(source, deadline));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    return listings.recall(revision, () -> list(revision.source(), deadline));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline)
      throws InterruptedException {
    String location = file.origin().location();
    deadline.check("opening " + location);
    if (range.length() == 0) {
      return OriginStream.empty();
    }
    S3Address address = S3Address.ofLocation(location);
    String validator = file.origin().validator();
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(address.bucket())
            .key(address.key())
            .range("bytes=" + range.offset() + "-" + (range.end() - 1))
            .overrideConfiguration(c -> c.apiCallTimeout(time(options, deadline)));
    if (validator.startsWith(S3Object.VERSION)) {
      request.versionId(validator.substring(S3Object.VERSION.length()));
    } else {
      request.ifMatch(validator.substring(S3Object.ETAG.length()));
    }
    try {
      ResponseInputStream<GetObjectResponse> body =
          client().getObject(request.build(), ResponseTransformer.toInputStream());
      S3OriginStream stream = new S3OriginStream(location, body, range.length());
      try {
        checkPin(file, range, body.response());
      } catch (LarderException e) {
        stream.close();
        throw e;
      }
      return stream;
    } catch (SdkException e) {
      throw failures.of(location, e, true);
    }
  }

  /// Preconditions are sent, but not every server knows them.
  private static void checkPin(FileEntry file, ByteRange range, GetObjectResponse answer) {
    String location = file.origin().location();
    String validator = file.origin().validator();
    if (validator.startsWith(S3Object.ETAG) && !validator.equals(S3Object.ETAG + answer.eTag())) {
      throw S3Failures.changed(location, "its ETag is another", null);
    }
    String part = answer.contentRange();
    if (part != null && !part.endsWith("/*") && !part.endsWith("/" + file.size())) {
      throw S3Failures.changed(location, "its size is another", null);
    }
    Long length = answer.contentLength();
    if (length == null || length != range.length()) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          location + ": " + range.length() + " bytes were asked for, " + length + " are sent");
    }
  }

  private Manifest list(Source source, Deadline deadline) throws InterruptedException {
    S3Address address = S3Address.of(source);
    deadline.check("listing " + source);
    if (!address.key().isEmpty() && !address.key().endsWith("/")) {
      Optional<FileEntry> single = head(address, deadline);
      if (single.isPresent()) {
        return Listings.pin(source, Manifest.Shape.FILE, List.of(single.get()));
      }
    }
    String prefix =
        address.key().isEmpty() || address.key().endsWith("/")
            ? address.key()
            : address.key() + "/";
    List<FileEntry> files = new ArrayList<>();
    for (S3Object found : lister.list(client(), address.bucket(), prefix, deadline)) {
      files.add(
          found.entry(address.bucket(), found.key().substring(prefix.length()), Optional.empty()));
    }
    if (files.isEmpty()) {
      throw nothing(source, address, prefix);
    }
    try {
      return Listings.pin(source, Manifest.Shape.DIRECTORY, files);
    } catch (IllegalArgumentException e) {
      throw S3Object.unusable(address.bucket(), "prefix '" + prefix + "'", e);
    }
  }

  private LarderException nothing(Source source, S3Address address, String prefix) {
    String what =
        prefix.isEmpty()
            ? "the bucket is empty"
            : prefix.equals(address.key())
                ? "no key in bucket " + address.bucket() + " starts with '" + prefix + "'"
                : "bucket "
                    + address.bucket()
                    + " has neither an object '"
                    + address.key()
                    + "' nor objects under '"
                    + prefix
                    + "'";
    return new LarderException(
        ErrorKind.NOT_FOUND,
        source
            + ": "
            + what
            + " (at "
            + options.place()
            + "); check the spelling, upper and lower case, and the endpoint and region");
  }

  /// The object with exactly this key.
  private Optional<FileEntry> head(S3Address address, Deadline deadline)
      throws InterruptedException {
    HeadObjectRequest request =
        HeadObjectRequest.builder()
            .bucket(address.bucket())
            .key(address.key())
            .checksumMode(ChecksumMode.ENABLED)
            .overrideConfiguration(c -> c.apiCallTimeout(time(options, deadline)))
            .build();
    try {
      HeadObjectResponse found = client().headObject(request);
      S3Object object =
          S3Object.of(address.key(), found.contentLength(), found.eTag(), found.versionId());
      String name = address.key().substring(address.key().lastIndexOf('/') + 1);
      return Optional.of(object.entry(address.bucket(), name, declared(found)));
    } catch (S3Exception e) {
      // An answer to HEAD has no body to say more: the listing that follows tells why.
      if (e.statusCode() == 404 || e.statusCode() == 400) {
        return Optional.empty();
      }
      throw failures.of(address.location(), e, false);
    } catch (SdkException e) {
      throw failures.of(address.location(), e, false);
    }
  }

  /// The SHA-256 of the whole object, when it was uploaded with one and in one part.
  private static Optional<BlobId> declared(HeadObjectResponse found) {
    String base64 = found.checksumSHA256();
    if (base64 == null
        || base64.indexOf('-') >= 0
        || found.checksumType() == ChecksumType.COMPOSITE) {
      return Optional.empty();
    }
    try {
      return Optional.of(new BlobId.Sha256(Digest.of(Base64.getDecoder().decode(base64))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// For the head of one answer.
  static Duration time(S3Options options, Deadline deadline) {
    deadline.check("asking S3");
    Duration left = deadline.atMost(options.answerTime()).left();
    // The SDK wants more than nothing.
    return left.isZero() ? Duration.ofMillis(1) : left;
  }

  /// Made at first use: finding the region may ask the machine's metadata service, and a daemon
  /// without S3 sources need not wait for that.
  private synchronized S3Client client() {
    if (client == null) {
      client = build();
    }
    return client;
  }

  private S3Client build() {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .region(region())
            .forcePathStyle(options.pathStyle().orElse(options.endpoint().isPresent()))
            .crossRegionAccessEnabled(options.endpoint().isEmpty())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(options.connections())
                    .connectionTimeout(options.connectTime())
                    .connectionAcquisitionTimeout(options.answerTime())
                    .socketTimeout(options.stallTime())
                    .tcpKeepAlive(true));
    options.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private Region region() {
    if (options.region().isPresent()) {
      return Region.of(options.region().get());
    }
    if (options.endpoint().isPresent()) {
      return Region.US_EAST_1;
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkException e) {
      // The client follows a bucket to its region from any other.
      return Region.US_EAST_1;
    }
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
    if (credentials instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new LarderException(ErrorKind.INTERNAL, "closing the S3 credentials failed", e);
      }
    }
  }
}
