package io.larder.artifact;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.Revision;
import io.larder.content.SafePath;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Artifacts whose origin is a map, exposed as real files. What a source offers, where it waits and
/// how it fails is scripted. Thread-safe.
public final class InMemoryArtifacts implements Artifacts {
  private static final Duration PREFETCH = Duration.ofSeconds(20);

  private final Path root;
  private final Map<Source, Map<String, String>> offers = new ConcurrentHashMap<>();
  private final Map<Source, RuntimeException> failures = new ConcurrentHashMap<>();
  private final Map<Source, Gate> gates = new ConcurrentHashMap<>();
  private final Map<Source, Here> here = new TreeMap<>(Comparator.comparing(Source::uri));

  /// @param root where snapshots are written
  public InMemoryArtifacts(Path root) {
    this.root = root;
  }

  /// Lets a source offer files, by path. A single file whose name the source ends with makes it a
  /// source of one file.
  public Source offer(String source, Map<String, String> files) {
    Source parsed = Source.parse(source);
    offers.put(parsed, Map.copyOf(files));
    return parsed;
  }

  /// Lets every request that names the source fail.
  public Source fail(String source, RuntimeException failure) {
    Source parsed = Source.parse(source);
    failures.put(parsed, failure);
    return parsed;
  }

  /// Lets requests for a source stop half-way until the gate is opened.
  public Gate hold(String source) {
    Gate gate = new Gate();
    gates.put(Source.parse(source), gate);
    return gate;
  }

  /// Where a request stops.
  public static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final AtomicReference<Progress> shown = new AtomicReference<>();

    /// Waits until a request has come to the gate.
    public void awaitReached() throws InterruptedException {
      await(reached, "no request came to the gate");
    }

    /// Waits until a request that stood at the gate was interrupted.
    public void awaitInterrupted() throws InterruptedException {
      await(interrupted, "no request was interrupted at the gate");
    }

    /// What a request at the gate says about itself.
    public void show(Progress progress) {
      shown.set(progress);
    }

    public void open() {
      open.countDown();
    }

    private static void await(CountDownLatch latch, String otherwise) throws InterruptedException {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError(otherwise);
      }
    }

    private void pass(Source source, AtomicReference<Progress> progress, Deadline deadline)
        throws InterruptedException {
      shown.compareAndSet(null, progress.get());
      reached.countDown();
      try {
        if (!open.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
          throw new LarderException(ErrorKind.UNAVAILABLE, source + " was not done in time");
        }
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw e;
      }
    }

    private Progress view(Progress own) {
      Progress scripted = shown.get();
      return open.getCount() > 0 && scripted != null ? scripted : own;
    }
  }

  private static final class Here {
    final Manifest manifest;
    final List<Digest> contents;
    final Path path;
    final TreeSet<String> pins = new TreeSet<>();
    Instant lastUsed = Instant.now();

    Here(Manifest manifest, List<Digest> contents, Path path) {
      this.manifest = manifest;
      this.contents = contents;
      this.path = path;
    }

    Artifact artifact() {
      return new Artifact(
          manifest.revision(),
          manifest.digest(),
          path,
          manifest.totalBytes(),
          manifest.files().size(),
          List.copyOf(pins),
          lastUsed);
    }
  }

  @Override
  public Artifact ensure(
      Source source, Optional<String> pinOwner, Watcher watcher, Deadline deadline)
      throws InterruptedException {
    AtomicReference<Progress> progress = new AtomicReference<>(Progress.start());
    Gate gate = gates.get(source);
    watcher.watch(() -> gate == null ? progress.get() : gate.view(progress.get()));
    checkNotFailing(source);
    if (!isHere(source)) {
      fetch(source, progress, gate, deadline);
    } else {
      Artifact present = stat(source).artifact();
      progress.set(at(Progress.Phase.EXPOSING, present, 0, present.bytes()));
    }
    synchronized (here) {
      Here found = here.get(source);
      if (found == null) {
        throw notFound(source);
      }
      pinOwner.ifPresent(found.pins::add);
      found.lastUsed = Instant.now();
      return found.artifact();
    }
  }

  private static Progress at(Progress.Phase phase, Artifact artifact, long origin, long present) {
    return new Progress(
        phase,
        artifact.revision().id(),
        artifact.bytes(),
        origin + present,
        origin,
        0,
        present,
        artifact.files(),
        true);
  }

  private void fetch(
      Source source, AtomicReference<Progress> progress, Gate gate, Deadline deadline)
      throws InterruptedException {
    Map<String, String> files = offers.get(source);
    if (files == null) {
      throw new LarderException(ErrorKind.NOT_FOUND, "the origin has nothing at " + source);
    }
    Here fetched = materialize(source, new TreeMap<>(files));
    Artifact artifact = fetched.artifact();
    progress.set(at(Progress.Phase.FETCHING, artifact, artifact.bytes() / 2, 0));
    if (gate != null) {
      gate.pass(source, progress, deadline);
    }
    progress.set(at(Progress.Phase.EXPOSING, artifact, artifact.bytes(), 0));
    synchronized (here) {
      here.putIfAbsent(source, fetched);
    }
  }

  private Here materialize(Source source, TreeMap<String, String> files) {
    List<FileEntry> entries = new ArrayList<>();
    List<Digest> contents = new ArrayList<>();
    Digest name = Digest.ofContent(bytes(source.uri() + files));
    Path directory = root.resolve(name.hex().substring(0, 12));
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        byte[] content = bytes(file.getValue());
        Digest digest = Digest.ofContent(content);
        contents.add(digest);
        entries.add(
            new FileEntry(
                new SafePath(file.getKey()),
                content.length,
                new BlobId.Sha256(digest),
                new OriginRef("memory:" + file.getKey(), "", OriginRef.Access.RANGES)));
        Path target = directory.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        Files.write(target, content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean single = files.size() == 1 && source.uri().endsWith("/" + files.firstKey());
    Manifest manifest =
        new Manifest(
            new Revision(source, name.hex().substring(0, 12)),
            single ? Manifest.Shape.FILE : Manifest.Shape.DIRECTORY,
            entries);
    return new Here(manifest, contents, single ? directory.resolve(files.firstKey()) : directory);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void prefetch(Source source) {
    checkNotFailing(source);
    try {
      var ignored = ensure(source, Optional.empty(), view -> {}, Deadline.after(PREFETCH));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public List<Artifact> list() {
    synchronized (here) {
      return here.values().stream().map(Here::artifact).toList();
    }
  }

  @Override
  public Details stat(Source source) {
    checkNotFailing(source);
    synchronized (here) {
      Here found = find(source);
      return new Details(found.artifact(), found.manifest, found.contents);
    }
  }

  @Override
  public Artifact pin(Source source, String owner) {
    checkNotFailing(source);
    synchronized (here) {
      Here found = find(source);
      found.pins.add(owner);
      return found.artifact();
    }
  }

  @Override
  public Artifact unpin(Source source, String owner) {
    checkNotFailing(source);
    synchronized (here) {
      Here found = find(source);
      found.pins.remove(owner);
      return found.artifact();
    }
  }

  @Override
  public long remove(Source source) {
    checkNotFailing(source);
    synchronized (here) {
      Here found = find(source);
      if (!found.pins.isEmpty()) {
        throw new LarderException(
            ErrorKind.CONFLICT, source + " is pinned by " + String.join(", ", found.pins));
      }
      here.remove(source);
      delete(found);
      return found.manifest.totalBytes();
    }
  }

  private static void delete(Here gone) {
    Path directory =
        gone.manifest.shape() == Manifest.Shape.FILE ? gone.path.getParent() : gone.path;
    try {
      for (FileEntry file : gone.manifest.files()) {
        Files.delete(directory.resolve(file.path().value()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isHere(Source source) {
    synchronized (here) {
      return here.containsKey(source);
    }
  }

  private Here find(Source source) {
    Here found = here.get(source);
    if (found == null) {
      throw notFound(source);
    }
    return found;
  }

  private static LarderException notFound(Source source) {
    return new LarderException(
        ErrorKind.NOT_FOUND, source + " is not on this node; 'larder get " + source + "' gets it");
  }

  private void checkNotFailing(Source source) {
    RuntimeException failure = failures.get(source);
    if (failure != null) {
      throw failure;
    }
  }
}
