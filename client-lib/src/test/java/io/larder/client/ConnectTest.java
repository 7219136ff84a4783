package io.larder.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.client.LarderClientException.Kind;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {
  @TempDir Path directory;

  @Test
  void without_a_socket_it_says_how_to_start_a_daemon() {
    Path socket = directory.resolve("s");
    assertRefused(new LarderClient.Builder(Map.of()).socket(socket), Kind.UNAVAILABLE, socket);
    assertThatThrownBy(() -> LarderClient.connect(socket)).hasMessageContaining("larder daemon");
  }

  @Test
  void a_socket_with_nobody_behind_is_told_apart() throws Exception {
    Path socket = directory.resolve("s");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThatThrownBy(() -> LarderClient.connect(socket)).hasMessageContaining("nobody listens");
  }

  @Test
  void the_environment_names_the_socket() throws Exception {
    Path socket = directory.resolve("from-environment");
    Map<String, String> environment = Map.of(LarderClient.SOCKET_VARIABLE, " " + socket + " ");
    assertRefused(new LarderClient.Builder(environment), Kind.UNAVAILABLE, socket);
    try (ServerSocketChannel server = listen(socket);
        LarderClient client = new LarderClient.Builder(environment).connect()) {
      assertThat(client.socket()).isEqualTo(socket);
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  void without_a_name_the_usual_socket_is_taken() {
    if (!Files.exists(LarderClient.DEFAULT_SOCKET)) {
      assertRefused(
          new LarderClient.Builder(Map.of(LarderClient.SOCKET_VARIABLE, "  ")),
          Kind.UNAVAILABLE,
          LarderClient.DEFAULT_SOCKET);
    }
  }

  @Test
  void a_path_too_long_for_a_socket_is_refused_at_once() {
    Path socket = directory.resolve("x".repeat(120));
    assertRefused(
        new LarderClient.Builder(Map.of()).socket(socket).patience(Duration.ofHours(1)),
        Kind.INVALID,
        socket);
  }

  @Test
  void with_patience_it_waits_for_a_daemon_to_come() throws Exception {
    Path socket = directory.resolve("s");
    CompletableFuture<LarderClient> connecting =
        CompletableFuture.supplyAsync(
            () -> LarderClient.builder().socket(socket).patience(Duration.ofSeconds(30)).connect());
    assertThat(connecting).isNotDone();
    try (ServerSocketChannel server = listen(socket);
        LarderClient client = connecting.get()) {
      assertThat(client.socket()).isEqualTo(socket);
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  void what_does_not_answer_is_given_up_after_a_while() throws Exception {
    Path socket = directory.resolve("s");
    try (ServerSocketChannel server = listen(socket);
        LarderClient client = LarderClient.connect(socket)) {
      assertThat(server.isOpen()).isTrue();
      assertThatThrownBy(client::list)
          .isInstanceOf(LarderClientException.class)
          .hasMessageContaining("did not answer")
          .hasMessageContaining(socket.toString());
    }
  }

  private static ServerSocketChannel listen(Path socket) throws Exception {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    return server;
  }

  private static void assertRefused(LarderClient.Builder builder, Kind kind, Path named) {
    assertThatThrownBy(builder::connect)
        .isInstanceOf(LarderClientException.class)
        .hasMessageContaining(named.toString())
        .extracting(e -> ((LarderClientException) e).kind())
        .isEqualTo(kind);
  }
}
