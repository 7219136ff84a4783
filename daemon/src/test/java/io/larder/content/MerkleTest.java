package io.larder.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTest {
  private static List<Digest> leaves(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Digest.ofContent(("" + i).getBytes(UTF_8)))
        .toList();
  }

  /// RFC 6962, section 2.1, word for word: split at the largest power of two smaller than n.
  private static byte[] reference(List<Digest> leaves) {
    MessageDigest sha256 = Digest.newMessageDigest();
    if (leaves.size() == 1) {
      sha256.update((byte) 0);
      return sha256.digest(leaves.getFirst().toByteArray());
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    byte[] left = reference(leaves.subList(0, split));
    byte[] right = reference(leaves.subList(split, leaves.size()));
    sha256.update((byte) 1);
    sha256.update(left);
    return sha256.digest(right);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100})
  void isTheTreeHashOfTheRfc(int count) {
    assertThat(Merkle.root(leaves(count))).isEqualTo(Digest.of(reference(leaves(count))));
  }

  @Test
  void ofNothingIsTheDigestOfNothing() {
    assertThat(Merkle.root(List.of()).hex())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
}
