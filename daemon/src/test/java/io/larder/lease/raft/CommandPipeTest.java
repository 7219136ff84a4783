package io.larder.lease.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.larder.proto.lease.Command;
import io.larder.proto.lease.Release;
import io.larder.proto.lease.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandPipeTest {
  private final List<Command> entries = new ArrayList<>();
  private final List<CompletableFuture<byte[]>> answers = new ArrayList<>();
  private final CommandPipe pipe = new CommandPipe(this::write);

  @Test
  void whatComesWhileEntriesAreUnderWayLeavesTogetherAndInOrder() {
    List<CompletableFuture<Reply>> replies =
        IntStream.range(0, 7).mapToObj(i -> pipe.send(command(i))).toList();
    assertThat(entries).hasSize(2);
    replies.get(4).cancel(false);
    answer(0);
    assertThat(entries).hasSize(3);
    assertThat(entries.get(2).getBatchList())
        .containsExactly(command(2), command(3), command(5), command(6));
    answer(1);
    answer(2);
    for (int i : new int[] {0, 1, 2, 3, 5, 6}) {
      assertThat(replies.get(i).join().getAcceptedTokens(0)).isEqualTo(i);
    }
    assertThat(entries).hasSize(3);
  }

  @Test
  void aFailureReachesAllOfItsBatchAndNoOther() {
    List<CompletableFuture<Reply>> replies =
        IntStream.range(0, 5).mapToObj(i -> pipe.send(command(i))).toList();
    answers.get(0).completeExceptionally(new IllegalStateException("gone"));
    assertThat(replies.get(0)).isCompletedExceptionally();
    assertThat(replies.get(1)).isNotDone();
    answers.get(2).completeExceptionally(new IllegalStateException("gone"));
    assertThat(replies.subList(2, 5)).allMatch(CompletableFuture::isCompletedExceptionally);
    answer(1);
    assertThat(replies.get(1)).isCompleted();
    assertThat(pipe.send(command(9))).isNotDone();
    assertThat(entries).as("nothing stays under way for ever").hasSize(4);
  }

  @Test
  void anAnswerThatDoesNotFitIsAFailure() {
    pipe.send(command(0));
    pipe.send(command(1));
    CompletableFuture<Reply> two = pipe.send(command(2));
    CompletableFuture<Reply> three = pipe.send(command(3));
    answer(0);
    answers.get(2).complete(Reply.newBuilder().addAcceptedTokens(2).build().toByteArray());
    assertThat(two).isCompletedExceptionally();
    assertThat(three).isCompletedExceptionally();
  }

  private CompletableFuture<byte[]> write(byte[] entry) {
    try {
      entries.add(Command.parseFrom(entry));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    answers.add(new CompletableFuture<>());
    return answers.getLast();
  }

  /// Answers each command with its own token.
  private void answer(int index) {
    Command entry = entries.get(index);
    Reply reply;
    if (entry.getBatchCount() == 0) {
      reply = echo(entry);
    } else {
      Reply.Builder batch = Reply.newBuilder();
      entry.getBatchList().forEach(command -> batch.addBatch(echo(command)));
      reply = batch.build();
    }
    answers.get(index).complete(reply.toByteArray());
  }

  private static Reply echo(Command command) {
    return Reply.newBuilder().addAcceptedTokens(command.getRelease().getTokens(0)).build();
  }

  private static Command command(long token) {
    return Command.newBuilder()
        .setRelease(Release.newBuilder().setNode("n").addTokens(token))
        .build();
  }
}
