package io.larder.swarm.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.larder.proto.peer.PeerExchangeGrpc;
import io.larder.proto.peer.ReadRequest;
import java.io.IOException;
import java.io.InputStream;

/// `PeerExchange.Read` with marshallers that leave the data of chunks where it is. The same bytes
/// on the wire as the generated method, so that either end may be generated code.
final class ReadMethod {
  /// As a server sends.
  static final MethodDescriptor<ReadRequest, OutgoingPart> SENDING =
      PeerExchangeGrpc.getReadMethod().toBuilder(
              PeerExchangeGrpc.getReadMethod().getRequestMarshaller(), new Sending())
          .build();

  /// As a client receives.
  static final MethodDescriptor<ReadRequest, IncomingPart> RECEIVING =
      PeerExchangeGrpc.getReadMethod().toBuilder(
              PeerExchangeGrpc.getReadMethod().getRequestMarshaller(), new Receiving())
          .build();

  private ReadMethod() {}

  private static final class Sending implements MethodDescriptor.Marshaller<OutgoingPart> {
    @Override
    public InputStream stream(OutgoingPart part) {
      return part.encode();
    }

    @Override
    public OutgoingPart parse(InputStream message) {
      throw new IllegalStateException("a server does not receive parts");
    }
  }

  private static final class Receiving implements MethodDescriptor.Marshaller<IncomingPart> {
    @Override
    public InputStream stream(IncomingPart part) {
      throw new IllegalStateException("a client does not send parts");
    }

    @Override
    public IncomingPart parse(InputStream message) {
      try {
        return IncomingPart.decode(message);
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("not a part of a chunk: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
