/// The lease table replicated with Apache Ratis.
@NullMarked
package io.larder.lease.raft;

import org.jspecify.annotations.NullMarked;
