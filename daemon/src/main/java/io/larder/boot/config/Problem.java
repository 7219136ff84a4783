package io.larder.boot.config;

/// One thing that is wrong with the configuration. Never carries the value of a key it does not
/// know, since that may be a misplaced secret.
///
/// @param key of the setting, or what was given in its place
/// @param from where it was given
/// @param reason what is wrong
/// @param wayOut what to do about it
public record Problem(String key, Provenance from, String reason, String wayOut) {
  /// One line for people.
  @Override
  public String toString() {
    String where = from instanceof Provenance.Default ? "not set" : from.toString();
    return key + " (" + where + "): " + reason + "; " + wayOut;
  }
}
