/// The index of a store, in RocksDB.
@NullMarked
package io.larder.store.rocks;

import org.jspecify.annotations.NullMarked;
