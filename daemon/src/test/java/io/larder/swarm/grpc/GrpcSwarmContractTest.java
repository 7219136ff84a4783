package io.larder.swarm.grpc;

import io.larder.boot.tls.CertificateAuthority;
import io.larder.boot.tls.NodeCertificate;
import io.larder.content.NodeId;
import io.larder.swarm.InMemoryServedBlobs;
import io.larder.swarm.PeerClientContract;
import io.larder.swarm.PeerDirectory;
import io.larder.swarm.PeerDirectoryContract;
import io.larder.swarm.ServedBlobs;
import io.larder.swarm.TlsOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/// The swarm over gRPC keeps to the contracts, in plain text and under mutual TLS.
class GrpcSwarmContractTest {
  @TempDir private Path folder;

  private Function<String, Optional<TlsOptions>> certificates() {
    CertificateAuthority authority = CertificateAuthority.create(folder.resolve("authority"));
    return name -> {
      NodeCertificate made =
          authority.issue(new NodeId(name), List.of("127.0.0.1"), folder.resolve(name));
      return Optional.of(new TlsOptions(made.certificate(), made.key(), made.authority()));
    };
  }

  private abstract static class Client extends PeerClientContract {
    private GrpcCluster cluster;

    abstract GrpcCluster cluster();

    @Override
    protected Connection connect(ServedBlobs blobs) {
      cluster = cluster();
      GrpcSwarm peer = cluster.join("peer", "", "", blobs);
      GrpcSwarm self = cluster.join("self", "", "", new InMemoryServedBlobs());
      cluster.settle();
      return new Connection(self.peers(), peer.self().id(), peer::close);
    }

    @AfterEach
    void leave() {
      cluster.close();
    }
  }

  private abstract static class Directory extends PeerDirectoryContract {
    private GrpcCluster cluster;

    abstract GrpcCluster cluster();

    @Override
    protected Cluster start() {
      cluster = cluster();
      cluster.join("a", "z1", "r1", new InMemoryServedBlobs());
      cluster.join("b", "z1", "r1", new InMemoryServedBlobs());
      cluster.join("c", "z2", "r1", new InMemoryServedBlobs());
      cluster.settle();
      return new Cluster() {
        @Override
        public PeerDirectory directory(String node) {
          return cluster.node(node).directory();
        }

        @Override
        public void lead(Optional<NodeId> leader) {
          cluster.lead(leader);
        }
      };
    }

    @AfterEach
    void leave() {
      cluster.close();
    }
  }

  @Nested
  class PlainClient extends Client {
    @Override
    GrpcCluster cluster() {
      return new GrpcCluster();
    }
  }

  @Nested
  class SecureClient extends Client {
    @Override
    GrpcCluster cluster() {
      return new GrpcCluster(certificates());
    }
  }

  @Nested
  class PlainDirectory extends Directory {
    @Override
    GrpcCluster cluster() {
      return new GrpcCluster();
    }
  }

  @Nested
  class SecureDirectory extends Directory {
    @Override
    GrpcCluster cluster() {
      return new GrpcCluster(certificates());
    }
  }
}
