/// Measurements: a swarm over shaped links, the figures of one node, and one stream between two
/// peers.
@NullMarked
package io.larder.chaos.bench;

import org.jspecify.annotations.NullMarked;
