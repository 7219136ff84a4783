/// The only package that starts threads.
@NullMarked
package io.larder.concurrent;

import org.jspecify.annotations.NullMarked;
