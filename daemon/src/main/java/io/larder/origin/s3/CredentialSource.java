package io.larder.origin.s3;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/// Where credentials come from, in words and without secrets, for whoever has to look.
final class CredentialSource {
  private CredentialSource() {}

  static String inWords(AwsCredentialsProvider provider) {
    AwsCredentials credentials;
    try {
      credentials = provider.resolveCredentials();
    } catch (SdkException e) {
      return "there are none";
    }
    if (credentials.accessKeyId() == null) {
      return "none were sent, as configured";
    }
    return "those from " + credentials.providerName().map(CredentialSource::place).orElse("code");
  }

  /// The SDK names its providers by the feature codes of its user agent, the outermost first.
  private static String place(String codes) {
    return switch (codes.isEmpty() ? ' ' : codes.charAt(0)) {
      case 'e' -> "code";
      case 'f' -> "the system properties aws.accessKeyId and aws.secretAccessKey";
      case 'g' -> "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
      case 'h', 'k', 'q' -> "the service account's token (AWS_WEB_IDENTITY_TOKEN_FILE)";
      case 'n', 'o', 'p' -> "the profile in ~/.aws (AWS_PROFILE)";
      case 'r', 's', 't', 'u' -> "single sign-on, as the profile in ~/.aws says";
      case 'v', 'w' -> "the credential_process of the profile in ~/.aws";
      case 'z' -> "the container (AWS_CONTAINER_CREDENTIALS_FULL_URI)";
      case '0' -> "the role of this machine (instance metadata)";
      default -> "the SDK's default chain";
    };
  }
}
