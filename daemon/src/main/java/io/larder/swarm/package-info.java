/// Seam: the other nodes, what they hold, and how their chunks are read.
@NullMarked
package io.larder.swarm;

import org.jspecify.annotations.NullMarked;
