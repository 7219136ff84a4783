package io.larder.origin;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.ByteRange;
import io.larder.content.Digest;
import io.larder.content.FileEntry;
import io.larder.content.Manifest;
import io.larder.content.OriginRef;
import io.larder.content.Revision;
import io.larder.content.SafePath;
import io.larder.content.Source;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// An origin in memory that does what it is told, faults included. Thread-safe.
///
/// Put directories and files into it, ask [#source] for their URIs, and queue faults: each fault is
/// used up by one request or stream, first in first out.
///
/// ```java
/// ScriptedOrigin origin = new ScriptedOrigin("test").put("model", "weights.bin", bytes);
/// origin.next(Fault.breakAt(1 << 20));          // the next stream breaks after 1 MiB
/// Source source = origin.source("model");       // test://model/
/// ```
public final class ScriptedOrigin implements Origin {
  private final String scheme;
  private final Map<String, Map<String, byte[]>> directories = new ConcurrentHashMap<>();
  private final Map<String, byte[]> singles = new ConcurrentHashMap<>();
  private final Deque<LarderException> refusals = new ConcurrentLinkedDeque<>();
  private final Deque<Fault> faults = new ConcurrentLinkedDeque<>();
  private volatile Listings listings = new Listings();
  private final AtomicLong bytesServed = new AtomicLong();
  private final AtomicInteger listed = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean declaresDigests;
  private volatile OriginRef.Access access = OriginRef.Access.RANGES;
  private volatile int mostBytesPerRead = 64 << 10;
  private volatile Duration stallTime = Duration.ofSeconds(15);
  private volatile long bytesPerSecond;
  private volatile @Nullable LarderException down;

  /// What happens to one stream.
  ///
  /// @param after bytes of the stream that come through first
  public sealed interface Fault {
    long after();

    /// The connection breaks.
    record Break(long after, LarderException failure) implements Fault {}

    /// Nothing more comes until the latch opens or the stall time is over.
    record Stall(long after, CountDownLatch until) implements Fault {}

    /// One byte is flipped.
    record Corrupt(long after) implements Fault {}

    /// Runs an action, such as changing the file.
    record Run(long after, Runnable action) implements Fault {}

    static Fault breakAt(long after) {
      return new Break(
          after, new LarderException(ErrorKind.UNAVAILABLE, "the connection broke at " + after));
    }

    static Fault stallAt(long after) {
      return new Stall(after, new CountDownLatch(1));
    }
  }

  /// @param scheme of its sources
  public ScriptedOrigin(String scheme) {
    this.scheme = scheme;
  }

  /// Puts a file into a directory, new or in place of what was there.
  public ScriptedOrigin put(String directory, String path, byte[] content) {
    directories.computeIfAbsent(directory, d -> new ConcurrentHashMap<>()).put(path, content);
    return this;
  }

  /// Puts a source of one file.
  public ScriptedOrigin putFile(String name, byte[] content) {
    singles.put(name, content);
    return this;
  }

  public ScriptedOrigin remove(String directory) {
    directories.remove(directory);
    singles.remove(directory);
    return this;
  }

  /// The source of a directory or single file that was put.
  public Source source(String name) {
    return Source.parse(scheme + "://" + name + (singles.containsKey(name) ? "" : "/"));
  }

  /// Whether manifests name blobs by their SHA-256, as the Hugging Face Hub does. At first: no.
  public ScriptedOrigin declareDigests(boolean declares) {
    this.declaresDigests = declares;
    return this;
  }

  /// How its files can be read. At first: in ranges.
  public ScriptedOrigin access(OriginRef.Access access) {
    this.access = access;
    return this;
  }

  /// At most so many bytes come with one read. At first: 64 KiB.
  public ScriptedOrigin mostBytesPerRead(int bytes) {
    this.mostBytesPerRead = bytes;
    return this;
  }

  /// How long a stalled stream waits before it fails. At first: 15 s.
  public ScriptedOrigin stallTime(Duration time) {
    this.stallTime = time;
    return this;
  }

  /// How fast each stream is; 0, as at first, for as fast as memory.
  public ScriptedOrigin bytesPerSecond(long rate) {
    this.bytesPerSecond = rate;
    return this;
  }

  /// Forgets past listings, as an adapter on another node that reads the same system.
  public ScriptedOrigin forgetful() {
    listings = new Listings();
    return this;
  }

  /// The next request of any kind is answered with this failure.
  public ScriptedOrigin refuseNext(LarderException failure) {
    refusals.add(failure);
    return this;
  }

  /// The next request of any kind is answered with "429 Too Many Requests".
  public ScriptedOrigin refuseNext(Duration retryAfter) {
    return refuseNext(
        new LarderException(ErrorKind.UNAVAILABLE, "429 Too Many Requests", null, retryAfter));
  }

  /// Every request fails, and every open stream, until [#up].
  public ScriptedOrigin down() {
    down = new LarderException(ErrorKind.UNAVAILABLE, scheme + " is down");
    return this;
  }

  public ScriptedOrigin up() {
    down = null;
    return this;
  }

  /// The next stream meets this fault.
  public ScriptedOrigin next(Fault fault) {
    faults.add(fault);
    return this;
  }

  /// Takes back the faults that no stream has met.
  public ScriptedOrigin clearFaults() {
    faults.clear();
    return this;
  }

  /// Bytes handed on by all streams so far.
  public long bytesServed() {
    return bytesServed.get();
  }

  /// Times that a source was listed.
  public int listed() {
    return listed.get();
  }

  /// Streams opened so far.
  public int opened() {
    return opened.get();
  }

  /// Streams that are open now.
  public int open() {
    return open.get();
  }

  @Override
  public Set<String> schemes() {
    return Set.of(scheme);
  }

  @Override
  public Revision resolve(Source source, Deadline deadline) {
    admit(deadline);
    return listings.remember(list(source));
  }

  @Override
  public Manifest manifest(Revision revision, Deadline deadline) throws InterruptedException {
    admit(deadline);
    return listings.recall(revision, () -> list(revision.source()));
  }

  @Override
  public OriginStream open(FileEntry file, ByteRange range, Deadline deadline) {
    admit(deadline);
    byte[] content = current(file);
    if (range.end() > content.length) {
      throw new IllegalArgumentException(range + " is not inside " + file);
    }
    if (file.origin().access() == OriginRef.Access.WHOLE && range.length() != content.length) {
      throw new IllegalArgumentException(file + " can only be read as a whole");
    }
    opened.incrementAndGet();
    return new Stream(file, range, faults.poll());
  }

  private void admit(Deadline deadline) {
    deadline.check(scheme);
    LarderException refusal = refusals.poll();
    if (refusal != null) {
      throw refusal;
    }
    failWhenDown();
  }

  private void failWhenDown() {
    LarderException failure = down;
    if (failure != null) {
      throw failure;
    }
  }

  private Manifest list(Source source) {
    listed.incrementAndGet();
    String name = source.rest().replaceFirst("^//", "").replaceFirst("/$", "");
    byte[] single = singles.get(name);
    if (single != null) {
      return Listings.pin(source, Manifest.Shape.FILE, List.of(entry(source.uri(), name, single)));
    }
    Map<String, byte[]> directory = directories.get(name);
    if (directory == null) {
      throw new LarderException(ErrorKind.NOT_FOUND, "nothing was put as " + source);
    }
    List<FileEntry> files = new ArrayList<>();
    new TreeMap<>(directory)
        .forEach(
            (path, content) ->
                files.add(
                    entry(
                        scheme
                            + "://"
                            + name
                            + "/"
                            + URLEncoder.encode(path, StandardCharsets.UTF_8),
                        path,
                        content)));
    return Listings.pin(source, Manifest.Shape.DIRECTORY, files);
  }

  private FileEntry entry(String location, String path, byte[] content) {
    Digest digest = Digest.ofContent(content);
    OriginRef ref = new OriginRef(location, "digest:" + digest.hex(), access);
    BlobId blob = declaresDigests ? new BlobId.Sha256(digest) : ref.pinned(content.length);
    return new FileEntry(new SafePath(path), content.length, blob, ref);
  }

  /// The bytes behind an entry, when they are still what it pins.
  private byte[] current(FileEntry file) {
    String[] parts = file.origin().location().substring(scheme.length() + 3).split("/", 2);
    byte[] content =
        parts.length == 1
            ? singles.get(parts[0])
            : directories
                .getOrDefault(parts[0], Map.of())
                .get(URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    if (content == null
        || !file.origin().validator().equals("digest:" + Digest.ofContent(content).hex())) {
      throw new LarderException(
          ErrorKind.CONFLICT, file.origin().location() + " has changed since it was listed");
    }
    return content;
  }

  private final class Stream implements OriginStream {
    private final FileEntry file;
    private final byte[] content;
    private final ByteRange range;
    private @Nullable Fault fault;
    private long done;
    private boolean closed;

    Stream(FileEntry file, ByteRange range, @Nullable Fault fault) {
      this.file = file;
      this.content = current(file);
      this.range = range;
      this.fault = fault;
      open.incrementAndGet();
    }

    @Override
    public int read(ByteBuffer target) throws InterruptedException {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      failWhenDown();
      boolean corrupt = fault != null && fault.after() == done && meet(fault);
      long left = range.length() - done;
      if (left == 0) {
        return -1;
      }
      if (fault != null && fault.after() > done) {
        left = Math.min(left, fault.after() - done);
      }
      int length = (int) Math.min(left, Math.min(mostBytesPerRead, target.remaining()));
      if (bytesPerSecond > 0) {
        TimeUnit.NANOSECONDS.sleep(length * 1_000_000_000L / bytesPerSecond);
      }
      int at = target.position();
      target.put(content, (int) (range.offset() + done), length);
      if (corrupt && length > 0) {
        target.put(at, (byte) ~target.get(at));
      }
      done += length;
      bytesServed.addAndGet(length);
      return length;
    }

    /// @return whether the next byte is to be corrupted
    private boolean meet(Fault now) throws InterruptedException {
      fault = null;
      switch (now) {
        case Fault.Break(_, LarderException failure) -> throw failure;
        case Fault.Stall(_, CountDownLatch until) -> {
          if (!until.await(stallTime.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new LarderException(
                ErrorKind.UNAVAILABLE, file.origin().location() + " stalled for " + stallTime);
          }
        }
        case Fault.Corrupt _ -> {
          return true;
        }
        case Fault.Run(_, Runnable action) -> {
          action.run();
          current(file);
        }
      }
      return false;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }
}
