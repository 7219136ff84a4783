package io.larder.origin.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.content.ByteRange;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.origin.DirectoryOriginContract;
import io.larder.origin.Origin;
import io.larder.origin.OriginStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOriginTest extends DirectoryOriginContract {
  @TempDir Path folder;

  @Override
  protected Origin fresh() {
    return new FileOrigin();
  }

  @Override
  protected Source putFile(String name, byte[] content) throws IOException {
    return Source.parse(write(folder.resolve(name), content).toUri().toASCIIString());
  }

  @Override
  protected void removeFile(String name) throws IOException {
    Files.delete(folder.resolve(name));
  }

  @Override
  protected Source putDirectory(String name, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      write(folder.resolve(name).resolve(file.getKey()), file.getValue());
    }
    return source(folder.resolve(name));
  }

  private static Path write(Path path, byte[] content) throws IOException {
    Files.createDirectories(path.getParent());
    return Files.write(path, content);
  }

  private static Source source(Path path) {
    return Source.parse(path.toUri().toASCIIString());
  }

  private LarderException refusal(Source source) {
    return failure(ErrorKind.INVALID, () -> fresh().resolve(source, soon()));
  }

  @Test
  void aFileReplacedByOneOfTheSameSizeAndTimeIsNoticed() throws Exception {
    Path path = folder.resolve("swapped.bin");
    Source source = putFile("swapped.bin", bytes(100, 1));
    FileTime time = Files.getLastModifiedTime(path);
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, source));
    Path other = Files.write(folder.resolve("other"), bytes(100, 2));
    Files.setLastModifiedTime(other, time);
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    failure(ErrorKind.CONFLICT, () -> read(origin, file, all(file)));
  }

  @Test
  void aFileChangedWhileItIsReadHandsOnNoByteMore() throws Exception {
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("midway.bin", bytes(1000, 3))));
    try (OriginStream stream = origin.open(file, all(file), soon())) {
      assertThat(stream.read(ByteBuffer.allocate(400))).isEqualTo(400);
      Files.write(folder.resolve("midway.bin"), bytes(1001, 4));
      LarderException changed =
          failure(ErrorKind.CONFLICT, () -> stream.read(ByteBuffer.allocate(400)));
      assertThat(changed).hasMessageContaining("midway.bin has changed");
    }
  }

  @Test
  void linksInsideAreFollowed() throws Exception {
    Source source = putDirectory("linked", Map.of("blobs/x", bytes(50, 5)));
    Path root = folder.resolve("linked");
    Files.createSymbolicLink(root.resolve("model.bin"), Path.of("blobs/x"));
    Files.createSymbolicLink(root.resolve("again"), Path.of("blobs"));
    Origin origin = fresh();
    Manifest manifest = manifest(origin, source);
    assertThat(manifest.files())
        .extracting(f -> f.path().value())
        .containsExactly("again/x", "blobs/x", "model.bin");
    FileEntry link = manifest.files().getLast();
    assertThat(read(origin, link, all(link))).isEqualTo(bytes(50, 5));
    // One content, one blob: all three names share it.
    assertThat(manifest.files()).extracting(FileEntry::blob).containsOnly(link.blob());
  }

  @Test
  void theSourceItselfMayBeALink() throws Exception {
    putDirectory("v1", Map.of("a", bytes(5, 6)));
    Path current = Files.createSymbolicLink(folder.resolve("current"), Path.of("v1"));
    assertThat(manifest(fresh(), source(current)).files()).hasSize(1);
  }

  @Test
  void linksToTheOutsideAreRefused() throws Exception {
    Path secret = write(folder.resolve("secret"), bytes(5, 7));
    Source source = putDirectory("leaky", Map.of("a", bytes(5, 8)));
    Files.createSymbolicLink(folder.resolve("leaky/out"), secret);
    assertThat(refusal(source))
        .hasMessageContaining("leaky/out leads to")
        .hasMessageContaining("outside of")
        .hasMessageContaining("cp -rL");
  }

  @Test
  void brokenLinksAndLoopsAreRefused() throws Exception {
    Source broken = putDirectory("broken", Map.of("a", bytes(5, 9)));
    Files.createSymbolicLink(folder.resolve("broken/l"), Path.of("nowhere"));
    assertThat(refusal(broken)).hasMessageContaining("broken/l leads to nowhere");
    Source loop = putDirectory("loop", Map.of("d/a", bytes(5, 10)));
    Files.createSymbolicLink(folder.resolve("loop/d/up"), Path.of(".."));
    assertThat(refusal(loop)).hasMessageContaining("loop/d/up makes a loop");
  }

  @Test
  void specialFilesAreRefused() throws Exception {
    Source source = putDirectory("special", Map.of("a", bytes(5, 11)));
    Path socket = folder.resolve("special/s.sock");
    try (ServerSocketChannel server =
        ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      server.bind(java.net.UnixDomainSocketAddress.of(socket));
      assertThat(refusal(source)).hasMessageContaining("s.sock is neither a file nor a directory");
    }
    assertThat(refusal(Source.parse("file:///dev/null"))).hasMessageContaining("/dev/null");
  }

  @Test
  void anEmptyDirectoryIsNotFound() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty/below"));
    LarderException nothing =
        failure(ErrorKind.NOT_FOUND, () -> fresh().resolve(source(empty.getParent()), soon()));
    assertThat(nothing).hasMessageContaining("holds no files");
  }

  @Test
  void malformedUrisAreRefused() {
    assertThat(refusal(Source.parse("file:relative/path"))).hasMessageContaining("file:///path");
    assertThat(refusal(Source.parse("file://host/path"))).hasMessageContaining("'host'");
    assertThat(refusal(Source.parse("file:///a%zz"))).hasMessageContaining("%20");
    assertThat(refusal(Source.parse("file:///a?b"))).hasMessageContaining("%3F");
    assertThat(refusal(Source.parse("file:///a%00b"))).hasMessageContaining("Nul");
  }

  @Test
  void namesThatCannotBeExposedAreRefused() throws Exception {
    Source source = putDirectory("names", Map.of("back\\slash", bytes(5, 12)));
    assertThat(refusal(source)).hasMessageContaining("back\\slash").hasMessageContaining("rename");
  }

  @Test
  void aFileWithoutReadPermissionIsDenied() throws Exception {
    Source source = putFile("locked.bin", bytes(5, 13));
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, source));
    Files.setPosixFilePermissions(folder.resolve("locked.bin"), java.util.Set.of());
    // Root may read everything; there the mode does not matter.
    if (!Files.isReadable(folder.resolve("locked.bin"))) {
      LarderException denied =
          failure(ErrorKind.DENIED, () -> read(origin, file, new ByteRange(0, 5)));
      assertThat(denied).hasMessageContaining("locked.bin").hasMessageContaining("mode");
    }
  }

  @Test
  void anInterruptedReadEnds() throws Exception {
    Origin origin = fresh();
    FileEntry file = only(manifest(origin, putFile("cut.bin", bytes(1000, 14))));
    try (OriginStream stream = origin.open(file, all(file), soon())) {
      Thread.currentThread().interrupt();
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(10)))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void theLocationIsAnAbsoluteUri() throws Exception {
    FileEntry file = only(manifest(fresh(), putFile("sp ace.bin", bytes(5, 15))));
    assertThat(Path.of(URI.create(file.origin().location())))
        .isEqualTo(folder.toRealPath().resolve("sp ace.bin"));
  }
}
