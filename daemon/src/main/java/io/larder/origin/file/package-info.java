/// Origin: files and directories of this node's file systems, network mounts included.
@NullMarked
package io.larder.origin.file;

import org.jspecify.annotations.NullMarked;
