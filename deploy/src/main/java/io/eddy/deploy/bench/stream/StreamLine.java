package io.eddy.deploy.bench.stream;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/// What one case of the stream's bench found. Rates are medians of rounds; ratios medians of those
/// of each round, whose contenders took their turns one after the other.
///
/// @param bench `stream`
/// @param network of LSTM layers: units, or layers x units
/// @param keys series
/// @param horizon steps ahead in each answer
/// @param store `rocksdb` or `in-memory`
/// @param cached whether Kafka Streams had a cache that holds all states
/// @param guarantee `processing.guarantee`
/// @param threads stream threads, and partitions of the input
/// @param rounds turns that each contender took
/// @param roundEvents events of a turn
/// @param identityRate events per second when each is answered by a constant as large as an answer
/// @param withoutNetworkRate events per second of Eddy, when the network does not step
/// @param eddyRate events per second of Eddy
/// @param ratio of the last two: the share of throughput that is left beside the network
/// @param ratioToIdentity of Eddy's rate to the constant answers'
/// @param withoutNetworkCpuMicros processor time of the stream threads per event, without steps
/// @param eddyCpuMicros the same with the network
/// @param networkMicros what the network adds to the processor's own time
/// @param ownMicros input decoded, state decoded and encoded, series prepared, value judged
/// @param getMicros reads of the stores
/// @param putMicros writes to the stores, with cache or changelog
/// @param forwardMicros answers and windows encoded, and given to the producer
/// @param aroundMicros what is left of a thread's time: polling, caches flushed, commits, waiting
/// @param allocatedBytes on the heap per event, by the stream threads
/// @param changelogBytes that the broker wrote per event
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonPropertyOrder({"bench", "network", "keys", "horizon", "store", "cached"})
public record StreamLine(
    String bench,
    String network,
    int keys,
    int horizon,
    String store,
    boolean cached,
    String guarantee,
    int threads,
    int rounds,
    long roundEvents,
    double identityRate,
    double withoutNetworkRate,
    double eddyRate,
    double ratio,
    double ratioToIdentity,
    double withoutNetworkCpuMicros,
    double eddyCpuMicros,
    double networkMicros,
    double ownMicros,
    double getMicros,
    double putMicros,
    double forwardMicros,
    double aroundMicros,
    double allocatedBytes,
    double changelogBytes) {}
