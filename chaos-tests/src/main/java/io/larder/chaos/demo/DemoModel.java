package io.larder.chaos.demo;

import ai.onnxruntime.OrtException;
import io.larder.chaos.cluster.SampleModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What the demo spreads.
sealed interface DemoModel {
  /// Has its files in a folder: in `folder`, or where they are anyway.
  SampleModel prepare(Path folder);

  /// In a few words.
  String describe();

  /// Runs the model from a folder; empty when there is nothing to run.
  default Optional<Thoughts> think(Path folder) {
    return Optional.empty();
  }

  /// What a sentence-embedding model makes of three sentences.
  ///
  /// @param vector of the first one
  /// @param near its similarity to one that says the same
  /// @param far its similarity to one that says something else
  record Thoughts(float[] vector, double near, double far) {
    boolean sameAs(Thoughts other) {
      return Arrays.equals(vector, other.vector) && near == other.near && far == other.far;
    }
  }

  /// The generated sentence-embedding model.
  record Sentences() implements DemoModel {
    static final List<String> SENTENCES =
        List.of(
            "the larder is full of fresh bread",
            "fresh bread is in the larder",
            "rockets burn liquid oxygen");

    @Override
    public SampleModel prepare(Path folder) {
      try {
        SentenceModel.generate(folder);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write the model: " + e.getMessage(), e);
      }
      return SampleModel.of(folder);
    }

    @Override
    public String describe() {
      return "a sentence-embedding model, generated";
    }

    @Override
    public Optional<Thoughts> think(Path folder) {
      try (SentenceModel model = SentenceModel.load(folder)) {
        float[] first = model.embed(SENTENCES.get(0));
        return Optional.of(
            new Thoughts(
                first,
                SentenceModel.similarity(first, model.embed(SENTENCES.get(1))),
                SentenceModel.similarity(first, model.embed(SENTENCES.get(2)))));
      } catch (OrtException e) {
        throw new IllegalStateException(
            "ONNX Runtime cannot run the model in " + folder + ": " + e.getMessage(), e);
      }
    }
  }

  /// Plain files without meaning.
  record Synthetic(long bytes) implements DemoModel {
    @Override
    public SampleModel prepare(Path folder) {
      return SampleModel.synthetic(folder, bytes);
    }

    @Override
    public String describe() {
      return "synthetic files";
    }
  }

  /// A folder of the user's own.
  record Given(Path given) implements DemoModel {
    @Override
    public SampleModel prepare(Path folder) {
      SampleModel model = SampleModel.of(given.toAbsolutePath());
      if (model.bytes() == 0) {
        throw new IllegalArgumentException("--model " + given + " holds no bytes");
      }
      return model;
    }

    @Override
    public String describe() {
      return given.toString();
    }
  }
}
