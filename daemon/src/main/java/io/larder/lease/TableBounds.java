package io.larder.lease;

import java.time.Duration;

/// How much a [LeaseTable] remembers. All voters of a group must use the same bounds, since
/// forgetting is part of the replicated state.
///
/// @param openIdle blobs that are not complete are forgotten when untouched for this long
/// @param openBlobs most blobs that are not complete
/// @param sealedBlobs most sealed ones
/// @param decisions most decisions about sources
public record TableBounds(Duration openIdle, int openBlobs, int sealedBlobs, int decisions) {
  /// For a heap of 256 MiB: a sealed blob takes about 300 bytes, an open one more by 50 bytes a
  /// chunk. Forgetting is harmless: peers are asked before the table is.
  public static final TableBounds DEFAULT =
      new TableBounds(Duration.ofDays(1), 100_000, 200_000, 50_000);
}
