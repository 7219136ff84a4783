package io.larder.origin.s3;

import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A bucket and a key or a prefix of keys in it.
///
/// @param key as S3 has it, not percent-encoded; empty for the whole bucket
record S3Address(String bucket, String key) {
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  /// @throws LarderException INVALID when it is not `s3://bucket/key`
  static S3Address of(Source source) {
    String rest = source.rest();
    if (!rest.startsWith("//")) {
      throw invalid(source, "write s3://bucket/prefix/ or s3://bucket/key");
    }
    int slash = rest.indexOf('/', 2);
    String bucket = rest.substring(2, slash < 0 ? rest.length() : slash);
    String key = slash < 0 ? "" : rest.substring(slash + 1);
    if (!BUCKET.matcher(bucket).matches()) {
      throw invalid(
          source, "'" + bucket + "' cannot be the name of a bucket; write s3://bucket/prefix/");
    }
    if (key.indexOf('?') >= 0 || key.indexOf('#') >= 0) {
      throw invalid(source, "in a key, write ? as %3F and # as %23");
    }
    try {
      return new S3Address(bucket, decode(key));
    } catch (IllegalArgumentException e) {
      throw invalid(source, "in a key, % stands before two hexadecimal digits; write it as %25");
    }
  }

  /// Reads what [#location] wrote.
  static S3Address ofLocation(String location) {
    int slash = location.indexOf('/', 5);
    return new S3Address(location.substring(5, slash), decode(location.substring(slash + 1)));
  }

  /// As a URI.
  String location() {
    return "s3://"
        + bucket
        + "/"
        + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static LarderException invalid(Source source, String why) {
    return new LarderException(ErrorKind.INVALID, source + " is not a source in S3: " + why);
  }
}
