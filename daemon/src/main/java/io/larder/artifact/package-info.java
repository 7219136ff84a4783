/// The pipeline from a source to a path, in one page.
@NullMarked
package io.larder.artifact;

import org.jspecify.annotations.NullMarked;
