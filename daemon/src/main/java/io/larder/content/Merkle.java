package io.larder.content;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// The Merkle tree hash of RFC 6962, section 2.1, with SHA-256, over the chunk digests of a blob.
public final class Merkle {
  private Merkle() {}

  /// The root over the digests in order. Linear in their number.
  public static Digest root(List<Digest> chunkDigests) {
    if (chunkDigests.isEmpty()) {
      return Digest.ofContent(new byte[0]);
    }
    MessageDigest sha256 = Digest.newMessageDigest();
    List<byte[]> level = new ArrayList<>(chunkDigests.size());
    for (Digest digest : chunkDigests) {
      sha256.update((byte) 0);
      level.add(sha256.digest(digest.toByteArray()));
    }
    // Pairing neighbours level by level and carrying an odd one up gives the same tree as RFC
    // 6962's
    // split at the largest power of two.
    while (level.size() > 1) {
      List<byte[]> above = new ArrayList<>((level.size() + 1) / 2);
      for (int i = 0; i + 1 < level.size(); i += 2) {
        sha256.update((byte) 1);
        sha256.update(level.get(i));
        above.add(sha256.digest(level.get(i + 1)));
      }
      if (level.size() % 2 == 1) {
        above.add(level.getLast());
      }
      level = above;
    }
    return Digest.of(level.getFirst());
  }
}
