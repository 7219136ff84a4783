/// Seam: the systems that sources come from.
@NullMarked
package io.larder.origin;

import org.jspecify.annotations.NullMarked;
