/// Use-case: makes room.
@NullMarked
package io.larder.evict;

import org.jspecify.annotations.NullMarked;
