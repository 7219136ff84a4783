package io.larder.swarm.grpc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// Turns seeds into addresses. A name that stands for several, such as a headless Kubernetes
/// service, gives all of them; a name that cannot be resolved now stays as it is. Results are
/// cached by the JDK.
final class Seeds {
  private Seeds() {}

  /// @param seeds `host:port` each, IPv6 hosts in brackets
  /// @return `address:port`, to be changed by the caller
  static List<String> resolve(List<String> seeds) {
    List<String> addresses = new ArrayList<>();
    for (String seed : seeds) {
      int colon = seed.lastIndexOf(':');
      String host = colon < 0 ? seed : seed.substring(0, colon);
      try {
        for (InetAddress address : InetAddress.getAllByName(host)) {
          String text = address.getHostAddress();
          addresses.add(
              (address instanceof Inet6Address ? "[" + text + "]" : text)
                  + seed.substring(colon < 0 ? seed.length() : colon));
        }
      } catch (UnknownHostException e) {
        addresses.add(seed);
      }
    }
    return addresses;
  }
}
