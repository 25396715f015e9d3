/// What the network costs inside Kafka Streams, on a real broker: Eddy, Eddy without the network's
/// steps, and a topology that does nothing, in turns.
@org.jspecify.annotations.NullMarked
package io.eddy.deploy.bench.stream;
