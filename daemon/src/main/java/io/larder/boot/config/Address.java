package io.larder.boot.config;

/// A host and a port to listen on or to reach.
///
/// @param host a name or an IP address; IPv6 without brackets
/// @param port 0 to 65535; 0 lets the system choose
public record Address(String host, int port) {
  public Address {
    if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@')) {
      throw new IllegalArgumentException("'" + host + "' is not a host");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is between 0 and 65535, not " + port);
    }
  }

  /// @param text `host:port` or `[v6]:port`
  /// @throws IllegalArgumentException when it is neither
  static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("'" + text + "' is not host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is ambiguous; an IPv6 address stands in brackets, as in [::1]:7171");
    }
    String digits = text.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("'" + digits + "' is not a port, 0 to 65535");
    }
    return new Address(host, Integer.parseInt(digits));
  }

  /// Whether it stands for every address of the machine.
  public boolean wildcard() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  /// The same host with another port.
  public Address withPort(int other) {
    return new Address(host, other);
  }

  /// `host:port`, with brackets around IPv6; can be parsed back.
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
