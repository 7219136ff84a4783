package io.larder.lease.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.larder.content.BlobId;
import io.larder.content.Source;
import io.larder.lease.BlobState;
import io.larder.lease.Decision;
import io.larder.lease.LeaseCommand;
import io.larder.lease.LeaseReply;
import io.larder.lease.LeaseTable;
import io.larder.lease.TableBounds;
import io.larder.proto.lease.Command;
import io.larder.proto.lease.DescribeBlobs;
import io.larder.proto.lease.Query;
import io.larder.proto.lease.QueryReply;
import io.larder.proto.lease.Reply;
import io.larder.proto.lease.TableSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands the commands of the Raft log to a [LeaseTable]. The leader stamps the time when it takes a
/// command in; applying it is pure. Table and applied index change under one lock, so that a
/// snapshot always shows both of the same moment. Applying never throws: an exception here would
/// close the group on every server.
final class LeaseStateMachine extends BaseStateMachine {
  private static final Logger log = LoggerFactory.getLogger(LeaseStateMachine.class);

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final TableBounds bounds;
  private final GroupClock clock;
  private LeaseTable table;

  LeaseStateMachine(TableBounds bounds) {
    this.bounds = bounds;
    this.clock = new GroupClock(InstantSource.system(), System::nanoTime);
    this.table = new LeaseTable(bounds);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, groupId, raftStorage);
              storage.init(raftStorage);
              load(storage.loadLatestSnapshot());
            });
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  @Override
  public void reinitialize() throws IOException {
    load(storage.loadLatestSnapshot());
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public void close() {
    LifeCycle.State state = getLifeCycleState();
    if (state != LifeCycle.State.CLOSED && state != LifeCycle.State.CLOSING) {
      getLifeCycle().checkStateAndClose(() -> {});
    }
  }

  @Override
  public SimpleStateMachineStorage getStateMachineStorage() {
    return storage;
  }

  private void load(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
    if (snapshot == null) {
      return;
    }
    Path file = snapshot.getFile().getPath();
    TableSnapshot read = SnapshotFile.read(file);
    LeaseTable loaded;
    try {
      loaded = new LeaseTable(bounds, TableCodec.decode(read));
    } catch (IllegalArgumentException e) {
      throw new IOException("the lease table's snapshot " + file + " makes no sense", e);
    }
    synchronized (this) {
      table = loaded;
      setLastAppliedTermIndex(TermIndex.valueOf(read.getAppliedTerm(), read.getAppliedIndex()));
    }
    log.info("lease table restored from {}", file);
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex applied;
    TableSnapshot snapshot;
    synchronized (this) {
      applied = getLastAppliedTermIndex();
      snapshot = TableCodec.encode(table.image(), applied.getTerm(), applied.getIndex());
    }
    Path file = storage.getSnapshotFile(applied.getTerm(), applied.getIndex()).toPath();
    SnapshotFile.write(file, snapshot);
    MD5Hash md5 = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    storage.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, md5), applied));
    return applied.getIndex();
  }

  @Override
  public synchronized void notifyTermIndexUpdated(long term, long index) {
    updateLastAppliedTermIndex(term, index);
  }

  @Override
  public synchronized void notifyLeaderReady() {
    clock.restart();
  }

  /// On the leader: checks the command and stamps the time.
  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    Command command;
    LeaseCommand decoded;
    try {
      command = Command.parseFrom(request.getMessage().getContent().asReadOnlyByteBuffer());
      decoded = LeaseCodec.decode(command);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      TransactionContext refused =
          TransactionContext.newBuilder()
              .setStateMachine(this)
              .setClientRequest(request)
              .setLogData(ByteString.EMPTY)
              .build();
      refused.setException(new StateMachineException("malformed lease command: " + e.getMessage()));
      return refused;
    }
    long now;
    synchronized (this) {
      now = clock.stamp(table.nowMillis());
    }
    Command stamped = command.toBuilder().setNowMillis(now).build();
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setLogData(UnsafeByteOperations.unsafeWrap(stamped.toByteArray()))
        .setStateMachineContext(new Stamped(now, decoded))
        .build();
  }

  /// A command that this node took in as the leader, so that it need not be parsed again.
  private record Stamped(long nowMillis, LeaseCommand command) {}

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    TermIndex index = TermIndex.valueOf(transaction.getLogEntry());
    Stamped stamped = null;
    String refused = "";
    try {
      stamped =
          transaction.getStateMachineContext() instanceof Stamped known
              ? known
              : parse(transaction.getLogEntry().getStateMachineLogEntry().getLogData());
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      refused = "malformed lease command: " + e.getMessage();
    }
    LeaseReply reply = new LeaseReply.Refused(refused);
    synchronized (this) {
      if (stamped != null) {
        try {
          reply = table.apply(stamped.nowMillis, stamped.command);
        } catch (RuntimeException e) {
          // Equal on every replica, since the table is deterministic.
          log.error("applying {} failed", stamped.command, e);
          reply = new LeaseReply.Refused("the lease table failed: " + e);
        }
      }
      updateLastAppliedTermIndex(index);
    }
    Reply message = LeaseCodec.encode(reply);
    return CompletableFuture.completedFuture(message(message.toByteArray()));
  }

  private static Stamped parse(ByteString logged) throws InvalidProtocolBufferException {
    Command command = Command.parseFrom(logged.asReadOnlyByteBuffer());
    return new Stamped(command.getNowMillis(), LeaseCodec.decode(command));
  }

  @Override
  public CompletableFuture<Message> query(Message request) {
    try {
      Query query = Query.parseFrom(request.getContent().asReadOnlyByteBuffer());
      return CompletableFuture.completedFuture(message(answer(query).toByteArray()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new StateMachineException("malformed lease query: " + e.getMessage()));
    }
  }

  private QueryReply answer(Query query) {
    QueryReply.Builder reply = QueryReply.newBuilder();
    switch (query.getQueryCase()) {
      case DESCRIBE -> {
        Map<BlobId, Long> known = new HashMap<>();
        for (DescribeBlobs.Known blob : query.getDescribe().getBlobsList()) {
          known.put(LeaseCodec.decode(blob.getBlob()), blob.getVersion());
        }
        describe(known).forEach(state -> reply.addBlobs(TableCodec.encode(state)));
      }
      case DECISION ->
          decision(Source.parse(query.getDecision().getSource()))
              .ifPresent(decision -> reply.setDecision(LeaseCodec.encode(decision)));
      case STATUS, QUERY_NOT_SET -> {
        synchronized (this) {
          reply
              .setLeases(table.leases())
              .setBlobsOpen(table.openBlobs())
              .setBlobsSealed(table.sealedBlobs());
        }
      }
    }
    return reply.build();
  }

  synchronized List<BlobState> describe(Map<BlobId, Long> known) {
    return table.describe(known);
  }

  synchronized Optional<Decision> decision(Source source) {
    return table.decision(source);
  }

  private static Message message(byte[] content) {
    return Message.valueOf(UnsafeByteOperations.unsafeWrap(content));
  }
}
