package io.larder.lease.raft;

import com.google.protobuf.ByteString;
import io.larder.content.BlobId;
import io.larder.content.ChunkPlan;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.content.Source;
import io.larder.lease.Decision;
import io.larder.lease.LeaseCommand;
import io.larder.lease.LeaseReply;
import io.larder.lease.LeaseRequest;
import io.larder.proto.common.BlobName;
import io.larder.proto.lease.Acquire;
import io.larder.proto.lease.Command;
import io.larder.proto.lease.Complete;
import io.larder.proto.lease.Completion;
import io.larder.proto.lease.Decide;
import io.larder.proto.lease.Discard;
import io.larder.proto.lease.LeaseGrant;
import io.larder.proto.lease.Release;
import io.larder.proto.lease.Renew;
import io.larder.proto.lease.Reopen;
import io.larder.proto.lease.Reply;
import io.larder.proto.lease.SealBlob;
import io.larder.proto.lease.Want;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/// Commands and replies as they stand in the log and on the wire. Decoding throws
/// [IllegalArgumentException] for anything that no encoder wrote.
final class LeaseCodec {
  private LeaseCodec() {}

  static Command encode(LeaseCommand command) {
    String node = command.node().value();
    Command.Builder to = Command.newBuilder();
    switch (command) {
      case LeaseCommand.Acquire acquire -> {
        Acquire.Builder builder =
            to.getAcquireBuilder()
                .setNode(node)
                .setMaxExtents(acquire.maxExtents())
                .setMaxBytes(acquire.maxBytes())
                .setTtlMillis(acquire.ttl().toMillis());
        acquire.wants().forEach(want -> builder.addWants(encode(want)));
      }
      case LeaseCommand.Renew renew ->
          to.setRenew(
              Renew.newBuilder()
                  .setNode(node)
                  .addAllTokens(renew.tokens())
                  .setTtlMillis(renew.ttl().toMillis()));
      case LeaseCommand.Complete complete -> {
        Complete.Builder builder = to.getCompleteBuilder().setNode(node);
        complete
            .completions()
            .forEach(
                completion ->
                    builder.addCompletions(
                        Completion.newBuilder()
                            .setBlob(encode(completion.blob()))
                            .setExtent(completion.extent())
                            .setToken(completion.token())
                            .addAllChunkDigests(encode(completion.chunkDigests()))));
      }
      case LeaseCommand.Release release ->
          to.setRelease(Release.newBuilder().setNode(node).addAllTokens(release.tokens()));
      case LeaseCommand.SealBlob seal ->
          to.setSeal(
              SealBlob.newBuilder()
                  .setNode(node)
                  .setBlob(encode(seal.blob()))
                  .setSize(seal.size())
                  .setSeal(encode(seal.seal())));
      case LeaseCommand.Discard discard ->
          to.setDiscard(Discard.newBuilder().setNode(node).setBlob(encode(discard.blob())));
      case LeaseCommand.Reopen reopen ->
          to.setReopen(
              Reopen.newBuilder()
                  .setNode(node)
                  .setBlob(encode(reopen.blob()))
                  .setExtents(encode(reopen.extents()))
                  .setVersion(reopen.version()));
      case LeaseCommand.Decide decide ->
          to.setDecide(
              encode(decide.proposal()).setFreshMillis(decide.fresh().toMillis()).setNode(node));
    }
    return to.build();
  }

  static LeaseCommand decode(Command command) {
    return switch (command.getCommandCase()) {
      case ACQUIRE -> {
        Acquire acquire = command.getAcquire();
        yield new LeaseCommand.Acquire(
            new NodeId(acquire.getNode()),
            acquire.getWantsList().stream().map(LeaseCodec::decode).toList(),
            acquire.getMaxExtents(),
            acquire.getMaxBytes(),
            Duration.ofMillis(acquire.getTtlMillis()));
      }
      case RENEW -> {
        Renew renew = command.getRenew();
        yield new LeaseCommand.Renew(
            new NodeId(renew.getNode()),
            renew.getTokensList(),
            Duration.ofMillis(renew.getTtlMillis()));
      }
      case COMPLETE -> {
        Complete complete = command.getComplete();
        yield new LeaseCommand.Complete(
            new NodeId(complete.getNode()),
            complete.getCompletionsList().stream()
                .map(
                    completion ->
                        new LeaseCommand.Completion(
                            decode(completion.getBlob()),
                            completion.getExtent(),
                            completion.getToken(),
                            digests(completion.getChunkDigestsList())))
                .toList());
      }
      case RELEASE ->
          new LeaseCommand.Release(
              new NodeId(command.getRelease().getNode()), command.getRelease().getTokensList());
      case SEAL -> {
        SealBlob seal = command.getSeal();
        yield new LeaseCommand.SealBlob(
            new NodeId(seal.getNode()),
            decode(seal.getBlob()),
            new ChunkPlan(seal.getSize()).size(),
            decode(seal.getSeal()));
      }
      case DISCARD ->
          new LeaseCommand.Discard(
              new NodeId(command.getDiscard().getNode()), decode(command.getDiscard().getBlob()));
      case REOPEN -> {
        Reopen reopen = command.getReopen();
        yield new LeaseCommand.Reopen(
            new NodeId(reopen.getNode()),
            decode(reopen.getBlob()),
            decode(reopen.getExtents()),
            reopen.getVersion());
      }
      case DECIDE -> {
        Decide decide = command.getDecide();
        yield new LeaseCommand.Decide(
            new NodeId(decide.getNode()),
            decode(decide),
            Duration.ofMillis(decide.getFreshMillis()));
      }
      case COMMAND_NOT_SET -> throw new IllegalArgumentException("a command of an unknown kind");
    };
  }

  static Reply encode(LeaseReply reply) {
    Reply.Builder to = Reply.newBuilder();
    switch (reply) {
      case LeaseReply.Granted(List<LeaseReply.Grant> grants) ->
          grants.forEach(
              grant ->
                  to.addGrants(
                      LeaseGrant.newBuilder()
                          .setBlob(encode(grant.blob()))
                          .setExtent(grant.extent())
                          .setToken(grant.token())));
      case LeaseReply.NoneFree(Duration retryAfter) ->
          to.setRetryAfterMillis(retryAfter.toMillis());
      case LeaseReply.Accepted(List<Long> tokens) -> to.addAllAcceptedTokens(tokens);
      case LeaseReply.SealStands(Seal seal) -> to.setSeal(encode(seal));
      case LeaseReply.DecisionStands(Decision decision) -> to.setDecision(encode(decision));
      case LeaseReply.Refused(String reason) -> to.setRefused(reason);
    }
    return to.build();
  }

  /// @param to the command that this answers
  static LeaseReply decode(Reply reply, LeaseCommand to) {
    if (!reply.getRefused().isEmpty()) {
      return new LeaseReply.Refused(reply.getRefused());
    }
    return switch (to) {
      case LeaseCommand.Acquire _ ->
          reply.getGrantsCount() == 0
              ? new LeaseReply.NoneFree(Duration.ofMillis(reply.getRetryAfterMillis()))
              : new LeaseReply.Granted(
                  reply.getGrantsList().stream()
                      .map(
                          grant ->
                              new LeaseReply.Grant(
                                  decode(grant.getBlob()), grant.getExtent(), grant.getToken()))
                      .toList());
      case LeaseCommand.SealBlob _ -> new LeaseReply.SealStands(decode(reply.getSeal()));
      case LeaseCommand.Decide _ -> new LeaseReply.DecisionStands(decode(reply.getDecision()));
      case LeaseCommand.Renew _,
          LeaseCommand.Complete _,
          LeaseCommand.Release _,
          LeaseCommand.Discard _,
          LeaseCommand.Reopen _ ->
          new LeaseReply.Accepted(reply.getAcceptedTokensList());
    };
  }

  private static Want encode(LeaseRequest.Want want) {
    return Want.newBuilder()
        .setBlob(encode(want.blob()))
        .setSize(want.plan().size())
        .setExtentChunks(want.extentChunks())
        .setExtents(encode(want.extents()))
        .build();
  }

  private static LeaseRequest.Want decode(Want want) {
    return new LeaseRequest.Want(
        decode(want.getBlob()),
        new ChunkPlan(want.getSize()),
        want.getExtentChunks(),
        decode(want.getExtents()));
  }

  static BlobName encode(BlobId blob) {
    ByteString digest = encode(blob.digest());
    return switch (blob) {
      case BlobId.Sha256 _ -> BlobName.newBuilder().setSha256(digest).build();
      case BlobId.Pinned _ -> BlobName.newBuilder().setPinned(digest).build();
    };
  }

  static BlobId decode(BlobName name) {
    return switch (name.getNameCase()) {
      case SHA256 -> new BlobId.Sha256(decode(name.getSha256()));
      case PINNED -> new BlobId.Pinned(decode(name.getPinned()));
      case NAME_NOT_SET -> throw new IllegalArgumentException("a blob without a name");
    };
  }

  static io.larder.proto.common.Seal encode(Seal seal) {
    return io.larder.proto.common.Seal.newBuilder()
        .setSha256(encode(seal.content()))
        .setMerkleRoot(encode(seal.merkleRoot()))
        .build();
  }

  static Seal decode(io.larder.proto.common.Seal seal) {
    return new Seal(decode(seal.getSha256()), decode(seal.getMerkleRoot()));
  }

  static Decide.Builder encode(Decision decision) {
    return Decide.newBuilder()
        .setSource(decision.source().uri())
        .setRevision(decision.revision())
        .setManifest(encode(decision.manifest()))
        .setManifestSize(decision.manifestSize());
  }

  static Decision decode(Decide decide) {
    return new Decision(
        Source.parse(decide.getSource()),
        decide.getRevision(),
        decode(decide.getManifest()),
        decide.getManifestSize());
  }

  static io.larder.proto.common.IndexSet encode(IndexSet set) {
    return io.larder.proto.common.IndexSet.newBuilder()
        .setBits(ByteString.copyFrom(set.toByteArray()))
        .build();
  }

  static IndexSet decode(io.larder.proto.common.IndexSet set) {
    return IndexSet.of(set.getBits().toByteArray());
  }

  static ByteString encode(Digest digest) {
    return ByteString.copyFrom(digest.toByteArray());
  }

  static Digest decode(ByteString digest) {
    return Digest.of(digest.toByteArray());
  }

  static List<ByteString> encode(Collection<Digest> digests) {
    return digests.stream().map(LeaseCodec::encode).toList();
  }

  static List<Digest> digests(List<ByteString> digests) {
    return digests.stream().map(LeaseCodec::decode).toList();
  }
}
