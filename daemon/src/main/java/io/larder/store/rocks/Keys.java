package io.larder.store.rocks;

import io.larder.content.BlobId;
import io.larder.content.Digest;
import java.nio.ByteBuffer;

/// Keys of the index.
final class Keys {
  /// Of a key made of a key space and a blob id.
  static final int LENGTH = 2 + Digest.LENGTH;

  private static final byte SHA256 = 's';
  private static final byte PINNED = 'p';

  private Keys() {}

  static byte[] of(byte space, Digest digest) {
    return ByteBuffer.allocate(1 + Digest.LENGTH).put(space).put(digest.toByteArray()).array();
  }

  static byte[] of(byte space, BlobId id) {
    return blob(ByteBuffer.allocate(LENGTH), space, id).array();
  }

  static byte[] of(byte space, BlobId id, int chunk) {
    return blob(ByteBuffer.allocate(LENGTH + Integer.BYTES), space, id).putInt(chunk).array();
  }

  private static ByteBuffer blob(ByteBuffer key, byte space, BlobId id) {
    byte kind =
        switch (id) {
          case BlobId.Sha256 _ -> SHA256;
          case BlobId.Pinned _ -> PINNED;
        };
    return key.put(space).put(kind).put(id.digest().toByteArray());
  }

  /// Reads what [#of(byte,BlobId)] wrote.
  static BlobId blobId(byte[] key) {
    byte[] bytes = new byte[Digest.LENGTH];
    System.arraycopy(key, 2, bytes, 0, Digest.LENGTH);
    Digest digest = Digest.of(bytes);
    return key[1] == SHA256 ? new BlobId.Sha256(digest) : new BlobId.Pinned(digest);
  }
}
