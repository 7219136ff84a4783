/// Seam: who may fetch what from an origin.
@NullMarked
package io.larder.lease;

import org.jspecify.annotations.NullMarked;
