/// A small certificate authority, for the demo, tests and clusters without a PKI of their own.
@NullMarked
package io.larder.boot.tls;

import org.jspecify.annotations.NullMarked;
