package io.larder.chaos.bench;

import io.larder.chaos.cluster.Host;
import java.util.ArrayList;
import java.util.List;

/// A switch with shaped links: one network namespace a node, joined by a bridge, and a link to this
/// namespace for the origin. Token buckets (`tbf`) limit what goes into each link at either end.
///
/// It must be made inside a network, mount and process namespace of its own ([Enclosure]): a bridge
/// in the root namespace meets foreign firewall rules, and everything made here then goes with the
/// enclosure, however that ends.
final class ShapedNetwork {
  private static final String SUBNET = "10.77.0.";
  private static final int ORIGIN = 254;

  /// Room for the largest segment that the kernel passes to a link at once, and some.
  private static final String BUCKET = "burst 256kb latency 100ms";

  private final List<Host> nodes;

  private ShapedNetwork(List<Host> nodes) {
    this.nodes = nodes;
  }

  /// @param originMbit what the origin sends, in all
  /// @param nodeMbit what each node sends and receives
  static ShapedNetwork create(int nodes, int originMbit, int nodeMbit) {
    Shell.run("mkdir -p /run/netns");
    Shell.run("mount -t tmpfs tmpfs /run/netns");
    Shell.run("ip link set lo up");
    Shell.run("ip link add switch type bridge");
    Shell.run("ip link set switch up");
    Shell.run("ip link add origin type veth peer name origin-port");
    Shell.run("ip address add " + SUBNET + ORIGIN + "/24 dev origin");
    plug("origin-port");
    Shell.run("ip link set origin up");
    shape("tc", "origin", originMbit);
    List<Host> hosts = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      String name = "node" + i;
      String port = name + "-port";
      Host host = Host.namespace(name, SUBNET + i);
      Shell.run("ip netns add " + name);
      Shell.run("ip link add eth0 netns " + name + " type veth peer name " + port);
      Shell.run("ip -n " + name + " link set lo up");
      Shell.run("ip -n " + name + " address add " + host.address() + "/24 dev eth0");
      Shell.run("ip -n " + name + " link set eth0 up");
      plug(port);
      shape("tc -n " + name, "eth0", nodeMbit);
      shape("tc", port, nodeMbit);
      hosts.add(host);
    }
    return new ShapedNetwork(List.copyOf(hosts));
  }

  List<Host> nodes() {
    return nodes;
  }

  /// Where this JVM listens so that its bytes take the origin's link.
  String originAddress() {
    return SUBNET + ORIGIN;
  }

  private static void plug(String port) {
    Shell.run("ip link set " + port + " master switch");
    Shell.run("ip link set " + port + " up");
  }

  private static void shape(String tc, String device, int mbit) {
    Shell.run(tc + " qdisc add dev " + device + " root tbf rate " + mbit + "mbit " + BUCKET);
  }
}
