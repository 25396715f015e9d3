package io.eddy.deploy.bench.stream;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/// How long an instance takes until it can answer.
///
/// @param bench `restore`
/// @param network of LSTM layers: units, or layers x units
/// @param keys series
/// @param store `rocksdb` or `in-memory`
/// @param changelogBytes in the cluster, of state and anchor of all keys, older ones included
/// @param records read back from there by an instance whose disk is empty
/// @param restoreSeconds that it took to read them
/// @param keysPerSecond keys by that time
/// @param megabytesPerSecond 10⁶ bytes of changelog by that time
/// @param coldStartSeconds from the start until all partitions can be answered, with an empty disk
/// @param warmStartSeconds the same with the disk that it left
/// @param takeoverSeconds from the end of one instance until another one, which kept a copy of its
///   state, can answer all partitions
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonPropertyOrder({"bench", "network", "keys", "store"})
public record RestoreLine(
    String bench,
    String network,
    int keys,
    String store,
    long changelogBytes,
    long records,
    double restoreSeconds,
    double keysPerSecond,
    double megabytesPerSecond,
    double coldStartSeconds,
    double warmStartSeconds,
    double takeoverSeconds) {}
