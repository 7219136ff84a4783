/// `larder demo`: the main job on this machine, with its proof.
@NullMarked
package io.larder.chaos.demo;

import org.jspecify.annotations.NullMarked;
