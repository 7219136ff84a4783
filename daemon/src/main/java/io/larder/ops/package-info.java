/// What operators see: metrics, health and readiness over HTTP. Translates, decides nothing.
@NullMarked
package io.larder.ops;

import org.jspecify.annotations.NullMarked;
