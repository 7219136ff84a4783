/** The composition root and main. */
@NullMarked
package io.larder.boot;

import org.jspecify.annotations.NullMarked;
