package io.larder.lease.raft;

import io.larder.content.ChunkPlan;
import io.larder.content.IndexSet;
import io.larder.content.NodeId;
import io.larder.content.Seal;
import io.larder.lease.BlobState;
import io.larder.lease.TableImage;
import io.larder.proto.lease.ExtentState;
import io.larder.proto.lease.TableSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// States of blobs and images of the table as they stand on the wire and in snapshots.
final class TableCodec {
  private TableCodec() {}

  static io.larder.proto.lease.BlobState encode(BlobState state) {
    io.larder.proto.lease.BlobState.Builder to =
        io.larder.proto.lease.BlobState.newBuilder()
            .setBlob(LeaseCodec.encode(state.blob()))
            .setVersion(state.version())
            .setSize(state.size())
            .setExtentChunks(state.extentChunks())
            .setLeased(LeaseCodec.encode(state.leased()));
    state.seal().ifPresent(seal -> to.setSeal(LeaseCodec.encode(seal)));
    state
        .completed()
        .forEach(
            (index, extent) ->
                to.addCompleted(
                    ExtentState.newBuilder()
                        .setExtent(index)
                        .setNode(extent.fetchedBy().value())
                        .addAllChunkDigests(LeaseCodec.encode(extent.chunkDigests()))));
    return to.build();
  }

  static BlobState decode(io.larder.proto.lease.BlobState state) {
    Map<Integer, BlobState.CompletedExtent> completed = new HashMap<>();
    for (ExtentState extent : state.getCompletedList()) {
      completed.put(
          extent.getExtent(),
          new BlobState.CompletedExtent(
              new NodeId(extent.getNode()), LeaseCodec.digests(extent.getChunkDigestsList())));
    }
    IndexSet leased = LeaseCodec.decode(state.getLeased());
    return new BlobState(
        LeaseCodec.decode(state.getBlob()),
        state.getVersion(),
        state.getSize(),
        state.getExtentChunks(),
        seal(state),
        Map.copyOf(completed),
        leased);
  }

  static TableSnapshot encode(TableImage image, long appliedTerm, long appliedIndex) {
    TableSnapshot.Builder to =
        TableSnapshot.newBuilder()
            .setSequence(image.sequence())
            .setLastNowMillis(image.nowMillis())
            .setAppliedTerm(appliedTerm)
            .setAppliedIndex(appliedIndex);
    image.open().forEach(blob -> to.addOpen(encode(blob)));
    image.sealed().forEach(blob -> to.addSealed(encode(blob)));
    image
        .decisions()
        .forEach(
            decided ->
                to.addDecisions(
                    TableSnapshot.Decision.newBuilder()
                        .setDecision(LeaseCodec.encode(decided.decision()))
                        .setDecidedMillis(decided.atMillis())));
    return to.build();
  }

  static TableImage decode(TableSnapshot snapshot) {
    return new TableImage(
        snapshot.getLastNowMillis(),
        snapshot.getSequence(),
        snapshot.getOpenList().stream().map(TableCodec::decode).toList(),
        snapshot.getSealedList().stream().map(TableCodec::decode).toList(),
        snapshot.getDecisionsList().stream()
            .map(
                decided ->
                    new TableImage.Decided(
                        LeaseCodec.decode(decided.getDecision()), decided.getDecidedMillis()))
            .toList());
  }

  private static TableSnapshot.Blob encode(TableImage.Blob blob) {
    io.larder.proto.lease.BlobState.Builder state =
        io.larder.proto.lease.BlobState.newBuilder()
            .setBlob(LeaseCodec.encode(blob.id()))
            .setVersion(blob.version())
            .setSize(blob.size())
            .setExtentChunks(blob.extentChunks());
    blob.seal().ifPresent(seal -> state.setSeal(LeaseCodec.encode(seal)));
    for (TableImage.Extent extent : blob.completed()) {
      state.addCompleted(
          ExtentState.newBuilder()
              .setExtent(extent.index())
              .setNode(extent.fetchedBy().value())
              .setToken(extent.token())
              .setVersion(extent.version())
              .addAllChunkDigests(LeaseCodec.encode(extent.chunkDigests())));
    }
    TableSnapshot.Blob.Builder to =
        TableSnapshot.Blob.newBuilder()
            .setState(state)
            .setTouchedMillis(blob.touchedMillis())
            .setSealToken(blob.sealToken());
    for (TableImage.Holding lease : blob.leases()) {
      to.addLeases(
          TableSnapshot.Holding.newBuilder()
              .setToken(lease.token())
              .setExtent(lease.extent())
              .setNode(lease.node().value())
              .setExpiresMillis(lease.expiresMillis()));
    }
    return to.build();
  }

  private static TableImage.Blob decode(TableSnapshot.Blob blob) {
    io.larder.proto.lease.BlobState state = blob.getState();
    return new TableImage.Blob(
        LeaseCodec.decode(state.getBlob()),
        state.getVersion(),
        new ChunkPlan(state.getSize()).size(),
        state.getExtentChunks(),
        seal(state),
        blob.getSealToken(),
        state.getCompletedList().stream()
            .map(
                extent ->
                    new TableImage.Extent(
                        extent.getExtent(),
                        new NodeId(extent.getNode()),
                        extent.getToken(),
                        extent.getVersion(),
                        LeaseCodec.digests(extent.getChunkDigestsList())))
            .toList(),
        blob.getLeasesList().stream()
            .map(
                lease ->
                    new TableImage.Holding(
                        lease.getExtent(),
                        lease.getToken(),
                        new NodeId(lease.getNode()),
                        lease.getExpiresMillis()))
            .toList(),
        blob.getTouchedMillis());
  }

  private static Optional<Seal> seal(io.larder.proto.lease.BlobState state) {
    return state.hasSeal() ? Optional.of(LeaseCodec.decode(state.getSeal())) : Optional.empty();
  }
}
