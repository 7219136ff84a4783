/// The local API of a node: what it tells, apart from artifacts, and how progress is turned into a
/// rate. [io.larder.api.grpc] serves it on a Unix socket.
@NullMarked
package io.larder.api;

import org.jspecify.annotations.NullMarked;
