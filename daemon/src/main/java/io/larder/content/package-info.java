/// Values that every layer speaks about: JDK only, no I/O.
@NullMarked
package io.larder.content;

import org.jspecify.annotations.NullMarked;
