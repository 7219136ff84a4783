package io.larder.swarm.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import io.larder.proto.common.BlobName;
import io.larder.proto.peer.DescribeReply;
import io.larder.proto.peer.Node;
import io.larder.swarm.NodeInfo;
import io.larder.swarm.PeerClient.BlobDescription;
import java.util.Optional;

/// Between protobuf messages and Larder's values. What comes from a peer is checked: readers throw
/// [IllegalArgumentException].
final class Messages {
  private Messages() {}

  static BlobName blob(BlobId id) {
    ByteString digest = bytes(id.digest());
    return switch (id) {
      case BlobId.Sha256 _ -> BlobName.newBuilder().setSha256(digest).build();
      case BlobId.Pinned _ -> BlobName.newBuilder().setPinned(digest).build();
    };
  }

  static BlobId blob(BlobName name) {
    return switch (name.getNameCase()) {
      case SHA256 -> new BlobId.Sha256(digest(name.getSha256()));
      case PINNED -> new BlobId.Pinned(digest(name.getPinned()));
      case NAME_NOT_SET -> throw new IllegalArgumentException("a blob without a name");
    };
  }

  static ByteString bytes(Digest digest) {
    return UnsafeByteOperations.unsafeWrap(digest.toByteArray());
  }

  static Digest digest(ByteString bytes) {
    return Digest.of(bytes.toByteArray());
  }

  static io.larder.proto.common.IndexSet indexes(IndexSet set) {
    return io.larder.proto.common.IndexSet.newBuilder()
        .setBits(UnsafeByteOperations.unsafeWrap(set.toByteArray()))
        .build();
  }

  static IndexSet indexes(io.larder.proto.common.IndexSet set) {
    return IndexSet.of(set.getBits().toByteArray());
  }

  static io.larder.proto.common.Seal seal(Seal seal) {
    return io.larder.proto.common.Seal.newBuilder()
        .setSha256(bytes(seal.content()))
        .setMerkleRoot(bytes(seal.merkleRoot()))
        .build();
  }

  static BlobDescription description(DescribeReply.Description description) {
    return new BlobDescription(
        blob(description.getBlob()),
        description.getSize(),
        description.hasSeal()
            ? Optional.of(
                new Seal(
                    digest(description.getSeal().getSha256()),
                    digest(description.getSeal().getMerkleRoot())))
            : Optional.empty(),
        indexes(description.getVerified()),
        description.getChunkDigestsList().stream().map(Messages::digest).toList());
  }

  static Node node(NodeInfo info) {
    return Node.newBuilder()
        .setId(info.id().value())
        .setPeerAddress(info.peerAddress())
        .setRaftAddress(info.raftAddress())
        .setZone(info.zone())
        .setRack(info.rack())
        .setIncarnation(info.incarnation())
        .build();
  }

  static NodeInfo node(Node node) {
    return new NodeInfo(
        new NodeId(node.getId()),
        node.getPeerAddress(),
        node.getRaftAddress(),
        node.getZone(),
        node.getRack(),
        node.getIncarnation());
  }

  /// What a failed call is answered with.
  static Status status(Throwable failure) {
    return switch (failure) {
      case LarderException e ->
          Status.fromCodeValue(e.kind().grpcCode()).withDescription(e.getMessage());
      case IllegalArgumentException e -> Status.INVALID_ARGUMENT.withDescription(e.getMessage());
      default -> Status.INTERNAL.withDescription("unexpected: " + failure).withCause(failure);
    };
  }

  /// What a failed call to a peer means here: the peer is of no use now, whatever its reason.
  static LarderException unavailable(String peer, Throwable failure) {
    Status status =
        switch (failure) {
          case StatusRuntimeException e -> e.getStatus();
          case StatusException e -> e.getStatus();
          default -> Status.fromThrowable(failure);
        };
    return new LarderException(
        ErrorKind.UNAVAILABLE, "peer " + peer + ": " + reason(status), failure);
  }

  /// A line for people.
  static String reason(Status status) {
    String description = status.getDescription();
    Throwable cause = status.getCause();
    return status.getCode()
        + (description == null ? "" : ", " + description)
        + (cause == null ? "" : " (" + cause + ")");
  }
}
