package io.larder.client;

import io.larder.client.LarderClientException.Kind;
import io.larder.proto.local.ListRequest;
import io.larder.proto.local.PinRequest;
import io.larder.proto.local.PrefetchRequest;
import io.larder.proto.local.RemoveRequest;
import io.larder.proto.local.StatRequest;
import io.larder.proto.local.StatusRequest;
import io.larder.proto.local.UnpinRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the daemon of this node. Thread-safe: one for a whole process is enough, and it
 * comes back by itself when the daemon is restarted. Whoever connected closes it; closing ends
 * requests that are under way.
 *
 * <p>All methods throw {@link LarderClientException}, UNAVAILABLE when no daemon answers. Calls
 * other than {@code ensure} wait for the {@linkplain Builder#callTimeout call timeout} at most.
 */
public final class LarderClient implements AutoCloseable {
  /** Names the daemon's socket in the environment. */
  public static final String SOCKET_VARIABLE = "LARDER_SOCKET";

  /** Where a daemon listens unless it is told otherwise. */
  public static final Path DEFAULT_SOCKET = Path.of("/run/larder/larder.sock");

  private final Connection connection;

  private LarderClient(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects to the socket that {@value #SOCKET_VARIABLE} names, or else to {@link
   * #DEFAULT_SOCKET}.
   *
   * @throws LarderClientException UNAVAILABLE when no daemon listens there, DENIED when this user
   *     may not connect
   */
  public static LarderClient connect() {
    return builder().connect();
  }

  /** Connects to a socket; see {@link #connect()}. */
  public static LarderClient connect(Path socket) {
    return builder().socket(socket).connect();
  }

  /** For other settings than the usual ones. */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  /** The socket this client is connected to. */
  public Path socket() {
    return connection.socket();
  }

  /** Has a source on this node; see {@link #ensure(EnsureRequest)}. */
  public Ensure ensure(String source) {
    return ensure(EnsureRequest.of(source));
  }

  /**
   * Has a source on this node. Returns at once; requests for the same source share one download.
   *
   * @return a handle to wait with; close it
   */
  public Ensure ensure(EnsureRequest request) {
    return connection.ensure(request);
  }

  /** Starts having sources on this node, without waiting. */
  public void prefetch(List<String> sources) {
    var request = PrefetchRequest.newBuilder().addAllSources(sources).build();
    connection.call("prefetching " + sources, stub -> stub.prefetch(request));
  }

  /** All artifacts on this node. */
  public List<Artifact> list() {
    return connection
        .call("listing", stub -> stub.list(ListRequest.getDefaultInstance()))
        .getArtifactsList()
        .stream()
        .map(Messages::artifact)
        .toList();
  }

  /**
   * The artifact that a source stands for on this node, with its files.
   *
   * @throws LarderClientException NOT_FOUND when it is not here
   */
  public ArtifactDetails stat(String source) {
    var request = StatRequest.newBuilder().setSource(source).build();
    return Messages.details(connection.call("looking up " + source, stub -> stub.stat(request)));
  }

  /**
   * Keeps an artifact from being evicted until {@link #unpin}. Idempotent for an owner.
   *
   * @param owner who promises to take the pin away again
   * @throws LarderClientException NOT_FOUND when it is not here
   */
  public Artifact pin(String source, String owner) {
    var request = PinRequest.newBuilder().setSource(source).setOwner(owner).build();
    return Messages.artifact(
        connection.call("pinning " + source, stub -> stub.pin(request)).getArtifact());
  }

  /**
   * Takes a pin away. Idempotent.
   *
   * @throws LarderClientException NOT_FOUND when the source is not here
   */
  public Artifact unpin(String source, String owner) {
    var request = UnpinRequest.newBuilder().setSource(source).setOwner(owner).build();
    return Messages.artifact(
        connection.call("unpinning " + source, stub -> stub.unpin(request)).getArtifact());
  }

  /**
   * Takes all revisions of a source off this node.
   *
   * @return bytes given back
   * @throws LarderClientException NOT_FOUND when it is not here, CONFLICT when it is pinned or
   *     being fetched
   */
  public long remove(String source) {
    var request = RemoveRequest.newBuilder().setSource(source).build();
    return connection.call("removing " + source, stub -> stub.remove(request)).getFreedBytes();
  }

  /** How the node and its cluster are. */
  public NodeStatus status() {
    return Messages.status(
        connection.call(
            "asking for the status", stub -> stub.status(StatusRequest.getDefaultInstance())));
  }

  /** Ends requests under way and the connection. Idempotent. */
  @Override
  public void close() {
    connection.close();
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder {
    private final Map<String, String> environment;
    private @Nullable Path socket;
    private Duration patience = Duration.ZERO;
    private Duration callTimeout = Duration.ofSeconds(30);

    Builder(Map<String, String> environment) {
      this.environment = environment;
    }

    /** The daemon's socket. Usual: as {@link LarderClient#connect()} finds it. */
    public Builder socket(Path path) {
      this.socket = path;
      return this;
    }

    /**
     * How long {@link #connect} waits for a daemon to listen, for a pod that starts together with
     * it. Usual: zero.
     */
    public Builder patience(Duration most) {
      this.patience = notNegative(most, "patience");
      return this;
    }

    /** How long calls other than {@code ensure} may take. Usual: 30 seconds. */
    public Builder callTimeout(Duration most) {
      if (notNegative(most, "call timeout").isZero()) {
        throw new IllegalArgumentException("a call timeout of zero lets no call succeed");
      }
      this.callTimeout = most;
      return this;
    }

    /**
     * Connects.
     *
     * @throws LarderClientException UNAVAILABLE when no daemon listens within the patience, DENIED
     *     when this user may not connect, INVALID when the path cannot be a socket's
     */
    public LarderClient connect() {
      Path path = socket != null ? socket : find(environment);
      return new LarderClient(Connection.open(path, patience, callTimeout));
    }

    private static Path find(Map<String, String> environment) {
      String named = environment.getOrDefault(SOCKET_VARIABLE, "");
      try {
        return named.isBlank() ? DEFAULT_SOCKET : Path.of(named.strip());
      } catch (java.nio.file.InvalidPathException e) {
        throw new LarderClientException(
            Kind.INVALID, SOCKET_VARIABLE + " is not a path: " + e.getMessage(), e);
      }
    }

    private static Duration notNegative(Duration duration, String what) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException("a " + what + " cannot be negative: " + duration);
      }
      return duration;
    }
  }
}
