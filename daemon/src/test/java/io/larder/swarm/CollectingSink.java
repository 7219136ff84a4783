package io.larder.swarm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps what it is given, and holds the caller to the contract of [ChunkSink]: chunks one after
/// the other, by one thread.
public final class CollectingSink implements ChunkSink {
  private final Thread owner = Thread.currentThread();
  private final Map<ChunkRef, ByteArrayOutputStream> contents = new HashMap<>();
  private final List<ChunkRef> completed = new ArrayList<>();
  private final List<ChunkRef> missing = new ArrayList<>();

  @Override
  public void write(ChunkRef chunk, ByteBuffer bytes) {
    check(chunk);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    contents.computeIfAbsent(chunk, _ -> new ByteArrayOutputStream()).writeBytes(copy);
  }

  @Override
  public void complete(ChunkRef chunk) {
    check(chunk);
    completed.add(chunk);
  }

  @Override
  public void missing(ChunkRef chunk) {
    check(chunk);
    missing.add(chunk);
  }

  private void check(ChunkRef chunk) {
    if (Thread.currentThread() != owner) {
      throw new AssertionError("called by " + Thread.currentThread());
    }
    if (completed.contains(chunk) || missing.contains(chunk)) {
      throw new AssertionError(chunk + " was done before");
    }
  }

  /// In the order of completion.
  public List<ChunkRef> completed() {
    return completed;
  }

  public List<ChunkRef> missing() {
    return missing;
  }

  public byte[] content(ChunkRef chunk) {
    ByteArrayOutputStream content = contents.get(chunk);
    return content == null ? new byte[0] : content.toByteArray();
  }
}
