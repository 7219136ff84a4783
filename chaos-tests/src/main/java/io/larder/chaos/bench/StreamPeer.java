package io.larder.chaos.bench;

import io.larder.chaos.cluster.Logs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// One side of the stream benchmark as a process of its own, so that its CPU time is its own too.
/// It answers a line on its standard output for each line on its standard input, and ends with
/// that.
final class StreamPeer implements AutoCloseable {
  private final Process process;
  private final PrintStream questions;
  private final BufferedReader answers;

  private StreamPeer(Process process) {
    this.process = process;
    this.questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// Starts a peer with the settings that the launcher gives a daemon.
  ///
  /// @param folder with the file and the certificates
  static StreamPeer start(String name, Path folder) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                StreamPeer.class.getName(),
                name,
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new StreamPeer(process);
  }

  /// @throws IOException when the peer has ended
  String ask(String question) throws IOException {
    questions.println(question);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the benchmark's peer ended at '" + question + "'");
    }
    return answer;
  }

  @Override
  public void close() throws InterruptedException {
    questions.close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  /// Makes a file of bytes that do not compress.
  static void fill(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    Random random = new Random(bytes);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += block.length) {
        random.nextBytes(block);
        ByteBuffer buffer = ByteBuffer.wrap(block);
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
      }
    }
  }

  /// The process of a peer: its name and the folder.
  public static void main(String[] arguments) throws Exception {
    Logs.quiet();
    Path folder = Path.of(arguments[1]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (PlainCopy copy = new PlainCopy(folder);
        PeerTransfer transfer = new PeerTransfer(arguments[0], folder)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(answer(List.of(line.split(" ")), copy, transfer));
      }
    }
  }

  private static String answer(List<String> words, PlainCopy copy, PeerTransfer transfer)
      throws Exception {
    if (words.getFirst().equals("cpu")) {
      var system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return Double.toString(system.getProcessCpuTime() / 1e9);
    }
    StreamBenchmark.Way way = StreamBenchmark.Way.valueOf(words.get(1));
    boolean serve = words.getFirst().equals("serve");
    return switch (way) {
      case COPY, COPY_AND_HASH ->
          serve
              ? copy.serve()
              : copy.fetch(
                  Integer.parseInt(words.get(2)), way == StreamBenchmark.Way.COPY_AND_HASH);
      case PLAIN_1, PLAIN_4, TLS_1, TLS_4 -> {
        boolean secure = way == StreamBenchmark.Way.TLS_1 || way == StreamBenchmark.Way.TLS_4;
        yield serve ? transfer.serve(secure) : transfer.fetch(words.get(2), secure, way.streams);
      }
    };
  }
}
