package io.larder.store;

import java.nio.file.Path;

class InMemoryStoreTest extends ContentStoreContract {
  @Override
  protected ContentStore create(Path folder) {
    return new InMemoryStore(CAPACITY);
  }
}
