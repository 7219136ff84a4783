/**
 * The Java client of Larder: has models and packages on this node, through the daemon's Unix
 * socket.
 *
 * <pre>{@code
 * try (LarderClient larder = LarderClient.connect();
 *     Ensure ensure = larder.ensure("s3://models/llama/")) {
 *   Path model = ensure.await().path();
 * }
 * }</pre>
 *
 * The types of this package are the whole API; nothing of the transport shows in them.
 */
@NullMarked
package io.larder.client;

import org.jspecify.annotations.NullMarked;
