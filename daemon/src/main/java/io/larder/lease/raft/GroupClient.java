package io.larder.lease.raft;

import io.larder.concurrent.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends to the group's leader, wherever it is. Calls are pipelined: any number of threads may have
/// theirs under way at the same time. The connection is made anew when the voters change.
/// Thread-safe.
final class GroupClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GroupClient.class);

  private final RaftNode node;
  private final Duration timeout;
  private final Deque<Retired> retired = new ArrayDeque<>();
  private List<String> known = List.of();
  private volatile @Nullable RaftClient client;

  private record Retired(RaftClient client, Deadline until) {}

  /// Why a call had no answer.
  static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message) {
      super(message);
    }
  }

  GroupClient(RaftNode node, Duration timeout) {
    this.node = node;
    this.timeout = timeout;
  }

  /// Takes over the voters as they are known now. Calls under way go on with the old ones.
  synchronized void aim(Collection<RaftPeer> voters) {
    while (!retired.isEmpty() && retired.peek().until.passed()) {
      close(retired.remove().client);
    }
    if (voters.isEmpty()) {
      return;
    }
    TreeMap<String, RaftPeer> sorted = new TreeMap<>();
    voters.forEach(peer -> sorted.put(peer.getId() + "@" + peer.getAddress(), peer));
    List<String> now = List.copyOf(sorted.keySet());
    if (now.equals(known)) {
      return;
    }
    RaftClient old = client;
    client = node.newClient(sorted.values());
    known = now;
    if (old != null) {
      retired.add(new Retired(old, Deadline.after(timeout.multipliedBy(2))));
    }
    log.debug("Raft voters are {}", now);
  }

  /// Whether voters are known at all.
  boolean aimed() {
    return client != null;
  }

  /// Who leads, as far as the last answers tell.
  Optional<RaftPeerId> leader() {
    RaftClient current = client;
    return current == null ? Optional.empty() : Optional.ofNullable(current.getLeaderId());
  }

  /// Has a command committed and applied. Never throws; [#await] says what a failure means.
  CompletableFuture<byte[]> write(byte[] command) {
    return send(current -> current.async().send(message(command)));
  }

  /// Asks the leader, without a round to the other voters.
  CompletableFuture<byte[]> read(byte[] query) {
    return send(current -> current.async().sendReadOnlyNonLinearizable(message(query)));
  }

  private CompletableFuture<byte[]> send(
      Function<RaftClient, CompletableFuture<RaftClientReply>> call) {
    RaftClient current = client;
    if (current == null) {
      return CompletableFuture.failedFuture(
          new NoAnswer("no voter of the Raft group is known yet"));
    }
    try {
      return call.apply(current).thenApply(GroupClient::content);
    } catch (RuntimeException e) {
      // A client that was closed or has given up meanwhile.
      return CompletableFuture.failedFuture(e);
    }
  }

  private static byte[] content(RaftClientReply reply) {
    if (!reply.isSuccess()) {
      throw new CompletionException(
          new NoAnswer("the Raft group refused: " + reply.getException().getMessage()));
    }
    return reply.getMessage().getContent().toByteArray();
  }

  /// The outcome of a call.
  <T> T await(CompletableFuture<T> call, Deadline deadline) throws NoAnswer, InterruptedException {
    try {
      return call.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new NoAnswer("the Raft group did not answer in time; its voters are " + known());
    } catch (ExecutionException e) {
      Throwable root = rootOf(e);
      throw root instanceof NoAnswer known
          ? known
          : new NoAnswer("the Raft group cannot be reached: " + root.getMessage());
    }
  }

  /// Makes a new connection at the next chance, because this one had no answer.
  synchronized void forget() {
    known = List.of();
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private synchronized List<String> known() {
    return known;
  }

  private static Message message(byte[] content) {
    return Message.valueOf(UnsafeByteOperations.unsafeWrap(content));
  }

  private static void close(RaftClient client) {
    try {
      client.close();
    } catch (IOException e) {
      log.debug("a Raft client did not close cleanly", e);
    }
  }

  @Override
  public synchronized void close() {
    RaftClient current = client;
    client = null;
    retired.forEach(old -> close(old.client));
    retired.clear();
    if (current != null) {
      close(current);
    }
  }
}
