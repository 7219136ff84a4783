package io.larder.lease.raft;

import io.larder.concurrent.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
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

  /// Has a command committed and applied.
  byte[] write(byte[] command, Deadline deadline) throws NoAnswer, InterruptedException {
    Message message = message(command);
    return call(current -> current.async().send(message), deadline);
  }

  /// Asks the leader, without a round to the other voters.
  byte[] read(byte[] query, Deadline deadline) throws NoAnswer, InterruptedException {
    Message message = message(query);
    return call(current -> current.async().sendReadOnlyNonLinearizable(message), deadline);
  }

  private byte[] call(
      Function<RaftClient, CompletableFuture<RaftClientReply>> send, Deadline deadline)
      throws NoAnswer, InterruptedException {
    RaftClient current = client;
    if (current == null) {
      throw new NoAnswer("no voter of the Raft group is known yet");
    }
    try {
      RaftClientReply reply =
          send.apply(current).get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
      if (!reply.isSuccess()) {
        throw new NoAnswer("the Raft group refused: " + reply.getException().getMessage());
      }
      return reply.getMessage().getContent().toByteArray();
    } catch (TimeoutException e) {
      throw new NoAnswer("the Raft group did not answer in time; its voters are " + known(current));
    } catch (ExecutionException e) {
      throw new NoAnswer("the Raft group cannot be reached: " + rootOf(e).getMessage());
    } catch (RuntimeException e) {
      // A client that was closed or has given up meanwhile.
      throw new NoAnswer("the Raft group cannot be reached: " + e.getMessage());
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

  private synchronized Set<String> known(RaftClient current) {
    return current == client ? Set.copyOf(known) : Set.of();
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
