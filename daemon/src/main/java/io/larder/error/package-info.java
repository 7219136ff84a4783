/// What can go wrong, by kind; one place maps kinds to gRPC, HTTP and exit codes.
@NullMarked
package io.larder.error;

import org.jspecify.annotations.NullMarked;
