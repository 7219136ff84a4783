package io.larder.origin.s3;

import io.larder.concurrent.Deadline;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Lists what stands under a prefix. Thread-safe.
///
/// The listing of versions comes first: one request per thousand gives key, size, ETag and version
/// id together, where asking each object would take one request per object. It shows old versions
/// too, which is the price in buckets that are often overwritten. Servers and credentials that do
/// not have it get the plain listing.
final class S3Lister {
  private static final int MOST_OBJECTS = 1_000_000;
  private static final int MOST_REMEMBERED = 1_000;

  private final S3Failures failures;
  private final S3Options options;
  private final Set<String> withoutVersions = ConcurrentHashMap.newKeySet();

  S3Lister(S3Options options, S3Failures failures) {
    this.options = options;
    this.failures = failures;
  }

  /// @param prefix of keys; empty for all
  List<S3Object> list(S3Client client, String bucket, String prefix, Deadline deadline)
      throws InterruptedException {
    String what = new S3Address(bucket, prefix).location();
    try {
      if (!withoutVersions.contains(bucket)) {
        try {
          return versions(client, bucket, prefix, deadline);
        } catch (S3Exception e) {
          if (e.statusCode() != 501 && e.statusCode() != 405 && e.statusCode() != 403) {
            throw e;
          }
          if (e.statusCode() != 403 && withoutVersions.size() < MOST_REMEMBERED) {
            withoutVersions.add(bucket);
          }
        }
      }
      return latest(client, bucket, prefix, deadline);
    } catch (SdkException e) {
      throw failures.of(what, e, false);
    }
  }

  private List<S3Object> versions(
      S3Client client, String bucket, String prefix, Deadline deadline) {
    List<S3Object> objects = new ArrayList<>();
    String key = null;
    String version = null;
    do {
      ListObjectVersionsRequest request =
          ListObjectVersionsRequest.builder()
              .bucket(bucket)
              .prefix(prefix)
              .keyMarker(key)
              .versionIdMarker(version)
              .encodingType(EncodingType.URL)
              .overrideConfiguration(c -> c.apiCallTimeout(S3Origin.time(options, deadline)))
              .build();
      ListObjectVersionsResponse page = client.listObjectVersions(request);
      for (ObjectVersion found : page.versions()) {
        if (Boolean.TRUE.equals(found.isLatest())) {
          add(
              objects,
              S3Object.of(found.key(), found.size(), found.eTag(), found.versionId()),
              bucket);
        }
      }
      key =
          next(
              page.isTruncated(),
              page.nextKeyMarker(),
              key + version,
              page.nextKeyMarker() + page.nextVersionIdMarker(),
              bucket);
      version = page.nextVersionIdMarker();
    } while (key != null);
    return objects;
  }

  private List<S3Object> latest(S3Client client, String bucket, String prefix, Deadline deadline) {
    List<S3Object> objects = new ArrayList<>();
    String token = null;
    do {
      String from = token;
      ListObjectsV2Request request =
          ListObjectsV2Request.builder()
              .bucket(bucket)
              .prefix(prefix)
              .continuationToken(from)
              .encodingType(EncodingType.URL)
              .overrideConfiguration(c -> c.apiCallTimeout(S3Origin.time(options, deadline)))
              .build();
      ListObjectsV2Response page = client.listObjectsV2(request);
      page.contents()
          .forEach(
              found ->
                  add(objects, S3Object.of(found.key(), found.size(), found.eTag(), null), bucket));
      token =
          next(
              page.isTruncated(),
              page.nextContinuationToken(),
              "" + from,
              "" + page.nextContinuationToken(),
              bucket);
    } while (token != null);
    return objects;
  }

  /// Where the next page starts; null after the last.
  private static @Nullable String next(
      @Nullable Boolean truncated,
      @Nullable String marker,
      String here,
      String there,
      String bucket) {
    if (!Boolean.TRUE.equals(truncated)) {
      return null;
    }
    if (marker == null || here.equals(there)) {
      throw new LarderException(
          ErrorKind.UNAVAILABLE,
          "bucket " + bucket + ": the server's listing does not come to an end");
    }
    return marker;
  }

  private static void add(List<S3Object> objects, S3Object object, String bucket) {
    if (object.isMarker()) {
      return;
    }
    if (objects.size() == MOST_OBJECTS) {
      throw new LarderException(
          ErrorKind.INVALID,
          "bucket "
              + bucket
              + " has more than "
              + MOST_OBJECTS
              + " objects there; ask for a longer prefix");
    }
    objects.add(object);
  }
}
