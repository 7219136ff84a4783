package io.larder.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.concurrent.Deadline;
import io.larder.content.BlobId;
import io.larder.content.Digest;
import io.larder.content.NodeId;
import io.larder.error.LarderException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InMemorySwarmTest {
  @Nested
  class Client extends PeerClientContract {
    @Override
    protected Connection connect(ServedBlobs blobs) {
      InMemorySwarm swarm = new InMemorySwarm();
      InMemorySwarm.Node peer = swarm.join("peer", blobs);
      InMemorySwarm.Node self = swarm.join("self", new InMemoryServedBlobs());
      return new Connection(self.peers(), peer.id(), () -> peer.broken(true));
    }
  }

  @Nested
  class Directory extends PeerDirectoryContract {
    @Override
    protected Cluster start() {
      InMemorySwarm swarm = new InMemorySwarm();
      List<InMemorySwarm.Node> nodes =
          List.of(
              swarm.join("a", "z1", "r1", new InMemoryServedBlobs()),
              swarm.join("b", "z1", "r1", new InMemoryServedBlobs()),
              swarm.join("c", "z2", "r1", new InMemoryServedBlobs()));
      return new Cluster() {
        @Override
        public PeerDirectory directory(String node) {
          return nodes.stream()
              .filter(n -> n.id().value().equals(node))
              .findFirst()
              .orElseThrow()
              .directory();
        }

        @Override
        public void lead(Optional<NodeId> leader) {
          swarm.coordination(leader, leader.map(List::of).orElse(List.of()));
        }
      };
    }
  }

  @Test
  void faultsShow() throws Exception {
    InMemorySwarm swarm = new InMemorySwarm();
    InMemoryServedBlobs served = new InMemoryServedBlobs();
    BlobId id = served.add(new byte[5 << 20]);
    InMemorySwarm.Node peer = swarm.join("peer", served);
    InMemorySwarm.Node self = swarm.join("self", new InMemoryServedBlobs());
    List<ChunkRef> first = List.of(new ChunkRef(id, 0));
    Deadline deadline = Deadline.after(Duration.ofSeconds(20));

    peer.corrupt(true);
    CollectingSink sink = new CollectingSink();
    self.peers().read(peer.id(), first, sink, deadline);
    assertThat(Digest.ofContent(sink.content(first.getFirst())))
        .isNotEqualTo(Digest.ofContent(new byte[4 << 20]));

    peer.corrupt(false);
    peer.breakAfter(1 << 20);
    assertThatThrownBy(() -> self.peers().read(peer.id(), first, new CollectingSink(), deadline))
        .isInstanceOf(LarderException.class);
    assertThat(self.membership().find(peer.id())).isEmpty();
    served.close();
  }
}
