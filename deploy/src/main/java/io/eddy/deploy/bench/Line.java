package io.eddy.deploy.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/// One measured piece of work.
///
/// @param bench step, train, attention or kernels
/// @param work what was done, such as `LSTM`
/// @param shape its sizes
/// @param precision of the weights
/// @param rows keys or sequences at once
/// @param threads that shared the work
/// @param medianNs nanoseconds of one call
/// @param sequenceStepsPerSecond sequences times steps, in training
/// @param gflops 10⁹ operations per second, an addition and a multiplication counting two
/// @param gigabytesPerSecond weights, or keys and values, read
/// @param peakShare of what this machine reached in the same run, the larger one of arithmetic and
///   of reading as many bytes
/// @param bytesPerCall allocated on the Java heap
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"bench", "work", "shape", "precision", "rows", "threads"})
public record Line(
    String bench,
    String work,
    String shape,
    String precision,
    int rows,
    int threads,
    double medianNs,
    @Nullable Double sequenceStepsPerSecond,
    double gflops,
    double gigabytesPerSecond,
    double peakShare,
    double bytesPerCall) {}
