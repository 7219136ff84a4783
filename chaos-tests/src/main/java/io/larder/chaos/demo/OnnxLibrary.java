package io.larder.chaos.demo;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// ONNX Runtime's native libraries. Left alone, the runtime unpacks them into a temporary directory
/// of its own and leaves that behind, empty; here they go where the demo cleans up.
final class OnnxLibrary {
  private static final String PATH_PROPERTY = "onnxruntime.native.path";
  private static final List<String> LIBRARIES =
      List.of("libonnxruntime.so", "libonnxruntime4j_jni.so");

  private OnnxLibrary() {}

  /// Unpacks them and tells the runtime, which must not have been used yet. Does nothing on a
  /// platform whose libraries have other names.
  static void unpack(Path folder) throws IOException {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x64" : "aarch64";
    Files.createDirectories(folder);
    for (String library : LIBRARIES) {
      String resource = "/ai/onnxruntime/native/linux-" + machine + "/" + library;
      try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
        if (in == null) {
          return;
        }
        Files.copy(in, folder.resolve(library));
      }
    }
    System.setProperty(PATH_PROPERTY, folder.toString());
  }
}
