/** Clusters of real daemon processes. */
@NullMarked
package io.larder.chaos;

import org.jspecify.annotations.NullMarked;
