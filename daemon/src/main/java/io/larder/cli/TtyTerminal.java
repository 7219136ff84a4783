package io.larder.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// What the kernel says about standard error. The JDK knows only about standard input and output
/// together, and `path=$(larder get …)` leaves standard error alone on the terminal.
final class TtyTerminal implements Terminal {
  private static final int STANDARD_ERROR = 2;

  /// `TIOCGWINSZ` of Linux on x86-64 and arm64 fills four shorts: rows, columns, and two of pixels.
  private static final long GET_WINDOW_SIZE = 0x5413;

  private static final int USUAL_WIDTH = 80;

  private @Nullable MethodHandle ioctl;

  @Override
  @SuppressWarnings("restricted")
  public synchronized int width() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      if (ioctl == null) {
        Linker linker = Linker.nativeLinker();
        ioctl =
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));
      }
      MemorySegment size = arena.allocate(JAVA_SHORT, 4);
      int failed = (int) ioctl.invokeExact(STANDARD_ERROR, GET_WINDOW_SIZE, size);
      int columns = Short.toUnsignedInt(size.getAtIndex(JAVA_SHORT, 1));
      return failed != 0 ? 0 : columns == 0 ? USUAL_WIDTH : columns;
    } catch (Throwable e) {
      return 0; // without native access there are plain lines
    }
  }
}
