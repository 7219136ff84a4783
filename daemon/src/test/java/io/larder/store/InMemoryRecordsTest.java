package io.larder.store;

class InMemoryRecordsTest extends RecordsContract {
  @Override
  protected Records records() {
    return new InMemoryRecords();
  }
}
