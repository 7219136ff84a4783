/// The swarm over gRPC: one port of each daemon, `PeerExchange` in `peer.proto`.
@NullMarked
package io.larder.swarm.grpc;

import org.jspecify.annotations.NullMarked;
