package io.larder.boot.config;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// What the machine says about itself, for defaults.
///
/// @param hostName as the kernel knows it
/// @param address the first that others can reach, or the loopback's when there is no network
/// @param configFile read when nobody names one and it exists
record Machine(String hostName, String address, Path configFile) {
  static Machine here() {
    return new Machine(readHostName(), readAddress(), Path.of("/etc/larder/larder.yaml"));
  }

  /// From the kernel, not from DNS, which may be slow or wrong at boot.
  private static String readHostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  /// IPv4 before IPv6, in the order of the interfaces: the primary one comes first.
  private static String readAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .min(Comparator.comparingInt(address -> address instanceof Inet4Address ? 0 : 1))
          .map(Machine::text)
          .orElse("127.0.0.1");
    } catch (SocketException e) {
      return "127.0.0.1";
    }
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}
