/// Seam: blobs on this node.
@NullMarked
package io.larder.store;

import org.jspecify.annotations.NullMarked;
