package io.eddy.deploy.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The newest messages with their answers, and the texts of messages whose answers are still to
/// come. Bounded; one thread adds, any number reads.
final class Messages {
  static final int KEPT = 1_000;

  private static final int WAITING_MAX = 5_000;
  private static final int TEXT_MAX = 4_096; // UTF-16 code units

  private final Deque<MessageView> newest = new ArrayDeque<>(); // oldest first; guarded by this
  private final Map<Place, String> waiting = new LinkedHashMap<>(); // of the adding thread alone

  private record Place(int partition, long offset) {}

  /// A message was read from the input.
  void read(int partition, long offset, String text) {
    waiting.put(
        new Place(partition, offset),
        text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text);
    if (waiting.size() > WAITING_MAX) {
      waiting.remove(waiting.keySet().iterator().next());
    }
  }

  /// The text of a message, once.
  Optional<String> take(int partition, long offset) {
    return Optional.ofNullable(waiting.remove(new Place(partition, offset)));
  }

  synchronized void add(MessageView message) {
    newest.addLast(message);
    if (newest.size() > KEPT) {
      newest.removeFirst();
    }
  }

  /// The key was forgotten.
  synchronized void remove(String key) {
    newest.removeIf(message -> message.key().equals(key));
  }

  /// The newest that fit, oldest first.
  synchronized List<MessageView> newest(Predicate<MessageView> fits, int limit) {
    List<MessageView> found = new ArrayList<>(newest.stream().filter(fits).toList());
    return List.copyOf(found.subList(Math.max(0, found.size() - limit), found.size()));
  }
}
