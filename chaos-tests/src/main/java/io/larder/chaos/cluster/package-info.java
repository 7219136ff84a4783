/// A cluster of real processes on this machine, and the means to hurt it: an S3 origin, a relay
/// that counts, slows and cuts what the origin sends, and daemons that can be killed, frozen and
/// restarted.
@NullMarked
package io.larder.chaos.cluster;

import org.jspecify.annotations.NullMarked;
