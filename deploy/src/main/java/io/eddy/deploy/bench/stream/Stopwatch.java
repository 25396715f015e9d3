package io.eddy.deploy.bench.stream;

/// Where the time of one task's events goes, summed. Written by its stream thread; switched on and
/// read by others while the application stands still.
final class Stopwatch {
  private volatile boolean running;
  private long events;
  private long process;
  private long get;
  private long put;
  private long forward;

  /// Time of one event, microseconds.
  ///
  /// @param get from the stores
  /// @param put into them, changelog or cache included
  /// @param forward to the children: records encoded and given to the producer
  /// @param own the rest of the processor: input and state decoded, series prepared, network
  ///   stepped, judged, state encoded
  record Parts(double get, double put, double forward, double own) {
    static final Parts NONE = new Parts(0, 0, 0, 0);

    double sum() {
      return get + put + forward + own;
    }
  }

  boolean isRunning() {
    return running;
  }

  void start() {
    events = 0;
    process = 0;
    get = 0;
    put = 0;
    forward = 0;
    running = true;
  }

  Parts stop() {
    running = false;
    if (events == 0) {
      return Parts.NONE;
    }
    double scale = 1e-3 / events;
    return new Parts(
        get * scale, put * scale, forward * scale, (process - get - put - forward) * scale);
  }

  void processed(long nanos) {
    process += nanos;
    events++;
  }

  void got(long nanos) {
    get += nanos;
  }

  void put(long nanos) {
    put += nanos;
  }

  void forwarded(long nanos) {
    forward += nanos;
  }
}
