package io.eddy.deploy.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All keys that were answered lately, with their newest points. Bounded: beyond [#KEYS_MAX] keys
/// the one that was not answered for longest is dropped, and beyond a budget of points the rings of
/// keys stop growing, so that few keys have long charts and many have short ones.
///
/// One thread adds, any number reads.
final class Fleet {
  static final int KEYS_MAX = 20_000;

  /// Of 41 bytes each.
  private static final int POINTS_BUDGET = 1_000_000;

  private static final long LIST_NANOS = 1_000_000_000;

  private final LinkedHashMap<String, Track> tracks =
      new LinkedHashMap<>(16, 0.75f, true); // guarded by this; least recently answered first
  private long points; // that the tracks have room for; guarded by this
  private List<KeyRow> rows = List.of(); // as of the time below; guarded by this
  private long listedAt = System.nanoTime() - LIST_NANOS; // guarded by this

  /// In which order keys are told.
  enum Order {
    /// By name.
    KEY,
    /// Those that are forecast worst against the last value first.
    ERROR,
    /// Those with the newest anomaly first.
    ANOMALY,
    /// Those with the greatest newest value first; of messages, the greatest surprise.
    VALUE;

    /// The order of this name; nothing if there is none.
    static Optional<Order> of(String name) {
      for (Order order : values()) {
        if (order.name().toLowerCase(Locale.ROOT).equals(name)) {
          return Optional.of(order);
        }
      }
      return Optional.empty();
    }

    private Comparator<KeyRow> comparator() {
      Comparator<KeyRow> byKey = Comparator.comparing(KeyRow::key);
      return switch (this) {
        case KEY -> byKey;
        case ERROR -> descending(KeyRow::relativeError).thenComparing(byKey);
        case VALUE -> descending(KeyRow::actual).thenComparing(byKey);
        case ANOMALY ->
            descending(row -> row.lastAnomaly() == null ? null : (double) row.lastAnomaly())
                .thenComparing(byKey);
      };
    }

    private static Comparator<KeyRow> descending(Function<KeyRow, @Nullable Double> number) {
      return Comparator.comparingDouble(
          row -> {
            Double value = number.apply(row);
            return value == null ? Double.POSITIVE_INFINITY : -value;
          });
    }
  }

  /// Some of the keys that fit, for JSON.
  ///
  /// @param total keys that fit
  /// @param known keys that there are
  record Page(int total, int known, int offset, List<KeyRow> keys) {}

  synchronized void add(String key, Track.Answer answer) {
    Track track = tracks.get(key);
    if (track == null) {
      track = new Track(key);
      tracks.put(key, track);
      points += track.capacity();
      if (tracks.size() > KEYS_MAX) {
        Track oldest = tracks.pollFirstEntry().getValue();
        points -= oldest.capacity();
      }
    }
    if (track.isFull() && points + track.capacity() <= POINTS_BUDGET) {
      points += track.capacity();
      track.grow();
    }
    track.add(answer);
  }

  /// The key was forgotten.
  synchronized void remove(String key) {
    Track gone = tracks.remove(key);
    if (gone != null) {
      points -= gone.capacity();
    }
  }

  synchronized int size() {
    return tracks.size();
  }

  /// A key's newest points, oldest first; nothing if it was not answered lately.
  synchronized Optional<List<Point>> points(String key, int limit) {
    return Optional.ofNullable(tracks.get(key)).map(track -> track.points(limit));
  }

  /// @param offset of the first in that order
  /// @param limit keys at most
  Page page(Predicate<String> fits, Order order, int offset, int limit) {
    List<KeyRow> all = list();
    List<KeyRow> found = new ArrayList<>(all.stream().filter(row -> fits.test(row.key())).toList());
    found.sort(order.comparator());
    int from = Math.min(offset, found.size());
    return new Page(
        found.size(),
        all.size(),
        from,
        List.copyOf(found.subList(from, Math.min(from + limit, found.size()))));
  }

  /// Made anew once a second at most, however many look.
  private synchronized List<KeyRow> list() {
    long now = System.nanoTime();
    if (now - listedAt >= LIST_NANOS) {
      rows = tracks.values().stream().map(Track::row).toList();
      listedAt = now;
    }
    return rows;
  }
}
