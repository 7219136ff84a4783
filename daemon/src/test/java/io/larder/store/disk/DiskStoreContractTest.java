package io.larder.store.disk;

import io.larder.store.ContentStore;
import io.larder.store.ContentStoreContract;
import java.nio.file.Path;

class DiskStoreContractTest extends ContentStoreContract {
  @Override
  protected ContentStore create(Path folder) {
    return DiskStore.open(folder.resolve("data"), StoreOptions.withCapacity(CAPACITY));
  }
}
