/// Blobs as plain files, so that mmap, the page cache shared between pods, and direct storage work
/// at the speed of the disk.
@NullMarked
package io.larder.store.disk;

import org.jspecify.annotations.NullMarked;
