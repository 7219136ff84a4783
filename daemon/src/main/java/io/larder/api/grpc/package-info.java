/// The local API as a gRPC service on a Unix socket.
@NullMarked
package io.larder.api.grpc;

import org.jspecify.annotations.NullMarked;
