/// The command line. Each command is a class over the client library; what has to do with screens
/// (bars, tables, units, JSON) is apart and pure. Knows nothing of [io.larder.boot], which hands in
/// how to run a daemon and an embedded node.
@NullMarked
package io.larder.cli;

import org.jspecify.annotations.NullMarked;
