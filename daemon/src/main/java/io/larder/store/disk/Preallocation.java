package io.larder.store.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/// Sets disk blocks aside for a file with Linux's `fallocate(2)`, which Java has no call for, so
/// that a full disk shows before the download and not in its middle. Thread-safe.
final class Preallocation {
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int EINTR = 4;
  private static final int ENOSPC = 28;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;
  private static final int EDQUOT = 122;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Optional<Calls> CALLS = Calls.find();

  private Preallocation() {}

  /// Gives an existing file its blocks and its size.
  ///
  /// @return false when the file system or the platform has no such call: the file is unchanged
  /// @throws IOException when the disk has not the space, or fails
  static boolean allocate(Path file, long size) throws IOException {
    if (CALLS.isEmpty() || size == 0) {
      return size == 0;
    }
    Calls calls = CALLS.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int descriptor =
          (int)
              calls.open.invokeExact(
                  state, arena.allocateFrom(file.toString()), O_RDWR | O_CLOEXEC);
      if (descriptor < 0) {
        throw new IOException("opening " + file + ": errno " + (int) ERRNO.get(state, 0L));
      }
      try {
        int result;
        do {
          result = (int) calls.fallocate.invokeExact(state, descriptor, 0, 0L, size);
        } while (result != 0 && (int) ERRNO.get(state, 0L) == EINTR);
        if (result == 0) {
          return true;
        }
        int errno = (int) ERRNO.get(state, 0L);
        switch (errno) {
          case ENOSYS, EOPNOTSUPP -> {
            return false;
          }
          case ENOSPC, EDQUOT ->
              throw new IOException("No space left on device for " + size + " bytes");
          default -> throw new IOException("fallocate of " + file + ": errno " + errno);
        }
      } finally {
        int _ = (int) calls.close.invokeExact(descriptor);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C functions throw nothing", e);
    }
  }

  private record Calls(MethodHandle open, MethodHandle fallocate, MethodHandle close) {
    static Optional<Calls> find() {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      return library
          .find("fallocate")
          .map(
              fallocate ->
                  new Calls(
                      linker.downcallHandle(
                          library.findOrThrow("open"),
                          FunctionDescriptor.of(
                              ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                          errno,
                          Linker.Option.firstVariadicArg(2)),
                      linker.downcallHandle(
                          fallocate,
                          FunctionDescriptor.of(
                              ValueLayout.JAVA_INT,
                              ValueLayout.JAVA_INT,
                              ValueLayout.JAVA_INT,
                              ValueLayout.JAVA_LONG,
                              ValueLayout.JAVA_LONG),
                          errno),
                      linker.downcallHandle(
                          library.findOrThrow("close"),
                          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
    }
  }
}
