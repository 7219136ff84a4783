package io.larder.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.artifact.InMemoryArtifacts;
import io.larder.client.LarderClient;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketFileTest {
  @TempDir Path directory;

  private LocalServer start(Path socket) {
    return start(LocalServer.Settings.at(socket));
  }

  private LocalServer start(LocalServer.Settings settings) {
    return LocalServer.start(
        settings, new InMemoryArtifacts(directory), () -> LocalServerFixture.STATUS);
  }

  @Test
  void missing_directories_are_made_and_the_mode_is_set() throws Exception {
    Path socket = directory.resolve("run/larder/s");
    try (LocalServer server = start(socket)) {
      assertThat(server.socket()).isEqualTo(socket);
      assertThat(mode(socket)).isEqualTo("rw-rw----");
    }
    assertThat(socket).doesNotExist();
    var open = new LocalServer.Settings(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (LocalServer server = start(open)) {
      assertThat(mode(server.socket())).isEqualTo("rw-rw-rw-");
    }
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void the_socket_of_a_dead_daemon_is_replaced() throws Exception {
    Path socket = directory.resolve("s");
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    try (LocalServer server = start(socket);
        LarderClient client = LarderClient.connect(server.socket())) {
      assertThat(client.list()).isEmpty();
    }
  }

  @Test
  void a_live_daemon_is_left_alone() {
    Path socket = directory.resolve("s");
    try (LocalServer server = start(socket);
        LarderClient client = LarderClient.connect(server.socket())) {
      assertRefused(socket, ErrorKind.CONFLICT, "another daemon serves the socket");
      assertThat(client.list()).isEmpty();
    }
  }

  @Test
  void what_listens_without_being_larder_is_left_alone() throws Exception {
    Path socket = directory.resolve("s");
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket));
      assertRefused(socket, ErrorKind.CONFLICT, "another daemon serves the socket");
    }
  }

  @Test
  void what_is_no_socket_is_left_alone() throws Exception {
    Path file = Files.writeString(directory.resolve("s"), "precious");
    assertRefused(file, ErrorKind.CONFLICT, "not a socket");
    assertRefused(file.resolve("s"), ErrorKind.CONFLICT, "not a directory");
    assertThat(file).hasContent("precious");
  }

  @Test
  void a_path_too_long_for_a_socket_is_refused() {
    assertRefused(directory.resolve("x".repeat(200)), ErrorKind.INVALID, "shorter");
  }

  @Test
  void the_longest_path_of_a_socket_works() throws Exception {
    int left = 106 - directory.toString().length() - 1;
    Path socket = directory.resolve("x".repeat(left));
    try (LocalServer server = start(socket);
        LarderClient client = LarderClient.connect(server.socket())) {
      assertThat(client.list()).isEmpty();
    }
    assertRefused(directory.resolve("x".repeat(left + 1)), ErrorKind.INVALID, "shorter");
  }

  @Test
  void closing_leaves_the_socket_of_a_successor() throws Exception {
    Path socket = directory.resolve("s");
    LocalServer server = start(socket);
    Files.delete(socket);
    try (var successor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      successor.bind(UnixDomainSocketAddress.of(socket));
      server.close();
      assertThat(socket).exists();
    }
  }

  private void assertRefused(Path socket, ErrorKind kind, String words) {
    assertThatThrownBy(() -> start(socket).close())
        .isInstanceOfSatisfying(
            LarderException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e).hasMessageContaining(words).hasMessageContaining(socket.toString());
            });
  }
}
