/** The Java client of Larder. */
@NullMarked
package io.larder.client;

import org.jspecify.annotations.NullMarked;
