package io.larder.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Where a process runs: this machine, or a network namespace on it.
///
/// @param address IPv4 that the process listens on
/// @param prefix put before the command, `ip netns exec NAME` for a namespace; empty otherwise
public record Host(String address, List<String> prefix) {
  /// This machine, on its loopback address.
  public static Host local() {
    return new Host("127.0.0.1", List.of());
  }

  /// A network namespace with an address of its own.
  public static Host namespace(String name, String address) {
    return new Host(address, List.of("ip", "netns", "exec", name));
  }

  /// Ports that are free now and differ from each other. Somebody else may still take one before
  /// its process binds it; on a loopback address that is rare enough to fail loudly.
  public static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          // The port is then taken, and whoever wants it says so.
        }
      }
    }
  }
}
