package io.larder.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManifestTest {

  private static FileEntry file(String path, long size) {
    OriginRef origin =
        new OriginRef("s3://models/" + path, "etag:\"x y\"", OriginRef.Access.RANGES);
    return new FileEntry(new SafePath(path), size, origin.pinned(size), origin);
  }

  @Test
  void readsWhatItWrites() {
    Manifest manifest =
        new Manifest(
            new Revision(Source.parse("s3://models/x/"), "rev-1"),
            Manifest.Shape.DIRECTORY,
            List.of(file("weights/ü 1%.bin", 1L << 40), file("empty", 0), file("a\u00a0b=+&", 7)));
    assertThat(Manifest.decode(manifest.encode())).isEqualTo(manifest);
  }

  @Test
  void bytesDoNotDependOnTheOrderOfListing() {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("seed " + seed);
    List<FileEntry> files = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      files.add(file("d" + i % 7 + "/f" + i, i));
    }
    Revision revision = new Revision(Source.parse("s3://models/x/"), "r");
    Manifest ordered = new Manifest(revision, Manifest.Shape.DIRECTORY, files);
    Collections.shuffle(files, new Random(seed));
    Manifest shuffled = new Manifest(revision, Manifest.Shape.DIRECTORY, files);
    assertThat(shuffled.digest()).isEqualTo(ordered.digest());
  }

  @Test
  void refusesPathsThatCollide() {
    Revision revision = new Revision(Source.parse("s3://models/x/"), "r");
    assertThatThrownBy(
            () ->
                new Manifest(
                    revision, Manifest.Shape.DIRECTORY, List.of(file("a/b", 1), file("a", 2))))
        .hasMessage("'a' is both a file and the directory of 'a/b'");
    assertThatThrownBy(
            () ->
                new Manifest(
                    revision, Manifest.Shape.DIRECTORY, List.of(file("a", 1), file("a", 2))))
        .hasMessage("two files have the same path 'a'");
  }

  @Test
  void refusesWhatIsNotAManifest() {
    assertThatThrownBy(() -> Manifest.decode("hello".getBytes(UTF_8)))
        .hasMessage("not a Larder manifest");
  }
}
