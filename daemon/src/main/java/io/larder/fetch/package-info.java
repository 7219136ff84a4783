/// Use-case: fills blobs from peers and, by lease, from the origin.
@NullMarked
package io.larder.fetch;

import org.jspecify.annotations.NullMarked;
