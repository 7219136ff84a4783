package io.larder.lease.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.larder.proto.lease.Command;
import io.larder.proto.lease.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Turns commands that callers have at the same time into few log entries (group commit): while a
/// few entries are under way, what comes in waits and then leaves together. A lone command leaves
/// at once. Thread-safe.
final class CommandPipe {
  /// So that one entry is made ready while another is being committed.
  private static final int UNDER_WAY = 2;

  private static final int MOST_COMMANDS = 256;

  /// Far below what Ratis takes in one entry. A single command may exceed it.
  private static final int MOST_BYTES = 512 << 10;

  private final Function<byte[], CompletableFuture<byte[]>> write;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private int underWay;

  private record Waiting(Command command, CompletableFuture<Reply> reply) {}

  /// @param write has one entry committed; must not throw
  CommandPipe(Function<byte[], CompletableFuture<byte[]>> write) {
    this.write = write;
  }

  CompletableFuture<Reply> send(Command command) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    synchronized (this) {
      waiting.add(new Waiting(command, reply));
    }
    pump();
    return reply;
  }

  private void pump() {
    for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
      List<Waiting> sent = batch;
      write.apply(entry(sent)).whenComplete((answer, failure) -> answered(sent, answer, failure));
    }
  }

  private synchronized List<Waiting> next() {
    List<Waiting> batch = new ArrayList<>();
    if (underWay == UNDER_WAY) {
      return batch;
    }
    long bytes = 0;
    while (!waiting.isEmpty() && batch.size() < MOST_COMMANDS) {
      int size = waiting.element().command.getSerializedSize();
      if (!batch.isEmpty() && bytes + size > MOST_BYTES) {
        break;
      }
      bytes += size;
      Waiting first = waiting.remove();
      // Nobody waits for one that was given up.
      if (!first.reply.isDone()) {
        batch.add(first);
      }
    }
    if (!batch.isEmpty()) {
      underWay++;
    }
    return batch;
  }

  private static byte[] entry(List<Waiting> batch) {
    if (batch.size() == 1) {
      return batch.getFirst().command.toByteArray();
    }
    Command.Builder entry = Command.newBuilder();
    batch.forEach(waiting -> entry.addBatch(waiting.command));
    return entry.build().toByteArray();
  }

  private void answered(
      List<Waiting> batch, byte @Nullable [] answer, @Nullable Throwable failure) {
    synchronized (this) {
      underWay--;
    }
    try {
      if (answer == null) {
        Throwable why = failure == null ? new IllegalStateException("no answer") : failure;
        batch.forEach(waiting -> waiting.reply.completeExceptionally(why));
      } else {
        Reply reply = Reply.parseFrom(answer);
        List<Reply> replies = batch.size() == 1 ? List.of(reply) : reply.getBatchList();
        if (replies.size() != batch.size()) {
          throw new InvalidProtocolBufferException(
              replies.size() + " replies to " + batch.size() + " commands");
        }
        for (int i = 0; i < batch.size(); i++) {
          batch.get(i).reply.complete(replies.get(i));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      batch.forEach(waiting -> waiting.reply.completeExceptionally(e));
    }
    pump();
  }
}
