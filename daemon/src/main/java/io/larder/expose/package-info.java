/// Use-case: manifests as directory trees of hard links, and the pins on them.
@NullMarked
package io.larder.expose;

import org.jspecify.annotations.NullMarked;
