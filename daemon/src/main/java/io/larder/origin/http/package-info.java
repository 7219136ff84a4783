/// Origin: single files on web servers.
@NullMarked
package io.larder.origin.http;

import org.jspecify.annotations.NullMarked;
