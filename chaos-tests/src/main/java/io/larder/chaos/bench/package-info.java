/// Measurements of whole daemons: a swarm over shaped links, and the figures of one node.
@NullMarked
package io.larder.chaos.bench;

import org.jspecify.annotations.NullMarked;
