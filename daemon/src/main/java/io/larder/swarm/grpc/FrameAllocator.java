package io.larder.swarm.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// Netty's pooled allocator, which also lets a message find the buffer that gRPC has just allocated
/// for it, so that a chunk can be read from its file straight into the buffer that goes to the
/// socket. gRPC's own way in is an [java.io.OutputStream], which costs a copy through an array:
/// more than a quarter of the sender's CPU time.
///
/// It leans on gRPC allocating a message of known length in one piece, on the thread that sends it.
/// [OutgoingPart] checks that the piece fits to the byte and goes through the stream when it does
/// not, so a gRPC that allocates otherwise makes sending slower, not wrong.
final class FrameAllocator implements ByteBufAllocator {
  private static final ThreadLocal<Slot> SLOTS = new ThreadLocal<>();
  // Chunks of 2 MiB, as gRPC's own allocator: two messages of 1 MiB.
  private static final int MAX_ORDER = 8;
  private static final int PAGE = 8192;

  private final ByteBufAllocator pool =
      new PooledByteBufAllocator(
          true,
          PooledByteBufAllocator.defaultNumHeapArena(),
          PooledByteBufAllocator.defaultNumDirectArena(),
          PAGE,
          MAX_ORDER,
          PooledByteBufAllocator.defaultSmallCacheSize(),
          PooledByteBufAllocator.defaultNormalCacheSize(),
          PooledByteBufAllocator.defaultUseCacheForAllThreads());

  private static final class Slot {
    @Nullable ByteBuf last;
  }

  /// From now on the current thread's latest buffer is remembered, until [#take].
  static void remember() {
    SLOTS.set(new Slot());
  }

  /// The latest buffer that the current thread allocated since [#remember]; null when there was
  /// none.
  static @Nullable ByteBuf take() {
    Slot slot = SLOTS.get();
    SLOTS.remove();
    return slot == null ? null : slot.last;
  }

  @Override
  public ByteBuf buffer(int initialCapacity, int maxCapacity) {
    ByteBuf buffer = pool.buffer(initialCapacity, maxCapacity);
    Slot slot = SLOTS.get();
    if (slot != null) {
      slot.last = buffer;
    }
    return buffer;
  }

  @Override
  public ByteBuf buffer() {
    return pool.buffer();
  }

  @Override
  public ByteBuf buffer(int initialCapacity) {
    return pool.buffer(initialCapacity);
  }

  @Override
  public ByteBuf ioBuffer() {
    return pool.ioBuffer();
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity) {
    return pool.ioBuffer(initialCapacity);
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
    return pool.ioBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf heapBuffer() {
    return pool.heapBuffer();
  }

  @Override
  public ByteBuf heapBuffer(int initialCapacity) {
    return pool.heapBuffer(initialCapacity);
  }

  @Override
  public ByteBuf heapBuffer(int initialCapacity, int maxCapacity) {
    return pool.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf directBuffer() {
    return pool.directBuffer();
  }

  @Override
  public ByteBuf directBuffer(int initialCapacity) {
    return pool.directBuffer(initialCapacity);
  }

  @Override
  public ByteBuf directBuffer(int initialCapacity, int maxCapacity) {
    return pool.directBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public CompositeByteBuf compositeBuffer() {
    return pool.compositeBuffer();
  }

  @Override
  public CompositeByteBuf compositeBuffer(int maxNumComponents) {
    return pool.compositeBuffer(maxNumComponents);
  }

  @Override
  public CompositeByteBuf compositeHeapBuffer() {
    return pool.compositeHeapBuffer();
  }

  @Override
  public CompositeByteBuf compositeHeapBuffer(int maxNumComponents) {
    return pool.compositeHeapBuffer(maxNumComponents);
  }

  @Override
  public CompositeByteBuf compositeDirectBuffer() {
    return pool.compositeDirectBuffer();
  }

  @Override
  public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
    return pool.compositeDirectBuffer(maxNumComponents);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return pool.isDirectBufferPooled();
  }

  @Override
  public int calculateNewCapacity(int minNewCapacity, int maxCapacity) {
    return pool.calculateNewCapacity(minNewCapacity, maxCapacity);
  }
}
