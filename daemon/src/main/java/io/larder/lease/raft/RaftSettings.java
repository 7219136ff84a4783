package io.larder.lease.raft;

import io.larder.lease.raft.RaftNode.Address;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// How Ratis is set up. Its defaults keep log and retry cache for ever or for much longer than
/// needed, and its buffers are for larger entries than ours.
final class RaftSettings {
  private RaftSettings() {}

  static RaftProperties server(RaftOptions options, Address listen) {
    RaftProperties properties = client(options.callTimeout());
    GrpcConfigKeys.Server.setHost(properties, listen.host());
    GrpcConfigKeys.Server.setPort(properties, listen.port());
    GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 8);
    RaftServerConfigKeys.setStorageDir(properties, List.of(options.path().toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(
        properties, options.path().resolve("removed").toFile());

    // A pause of the JVM (a suspended laptop, a stopped process) must not end the server for good.
    RaftServerConfigKeys.setCloseThreshold(properties, millis(Duration.ofDays(20)));

    // Long enough that eight busy daemons on two cores keep their leader, short enough that the
    // leases of a dead leader's node are granted again within five seconds.
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(Duration.ofMillis(600)));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(Duration.ofMillis(1200)));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(Duration.ofMillis(200)));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(Duration.ofMillis(400)));
    RaftServerConfigKeys.Rpc.setRequestTimeout(properties, millis(Duration.ofSeconds(2)));
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        properties, millis(Duration.ofSeconds(3)));
    // From one voter to three in one step: two voters would survive less than one.
    RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(properties, true);
    // As long as a client may send a request again.
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        properties, millis(options.callTimeout().multipliedBy(2)));

    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("4MB"));
    RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("1MB"));
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("4MB"));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf("2MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, Math.min(1024, options.snapshotEvery()));
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, options.snapshotEvery());
    RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    return properties;
  }

  /// @param timeout of a call with its retries
  static RaftProperties client(Duration timeout) {
    RaftProperties properties = new RaftProperties();
    RaftClientConfigKeys.Rpc.setRequestTimeout(properties, millis(timeout.dividedBy(2)));
    RaftClientConfigKeys.Async.setOutstandingRequestsMax(properties, 1024);
    return properties;
  }

  static Parameters parameters(RaftOptions options) {
    Parameters parameters = new Parameters();
    options
        .tls()
        .ifPresent(
            tls ->
                GrpcConfigKeys.TLS.setConf(
                    parameters,
                    new GrpcTlsConfig(
                        tls.key().toFile(),
                        tls.certificate().toFile(),
                        tls.authority().toFile(),
                        true)));
    return parameters;
  }

  static TimeDuration millis(Duration duration) {
    return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
