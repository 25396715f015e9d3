package io.eddy.deploy.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Server-sent events: whoever listens gets the answers of the keys that it named, and the status
/// once a second.
///
/// Each listener has a queue of its own and the virtual thread of its request, which writes from
/// it. Where a listener is slower than its events, the oldest ones in its queue are dropped and
/// counted; whoever tells an event never waits.
final class EventStreams implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(EventStreams.class);

  static final int LISTENERS_MAX = 64;

  /// All keys, as the page of messages wants it.
  static final String ALL = "*";

  private static final int QUEUE = 512;
  private static final long STATUS_MILLIS = 1_000;

  private final Collection<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Supplier<Object> status;
  private volatile boolean closed;

  /// @param status for JSON, asked for once a second and listener
  EventStreams(Supplier<Object> status) {
    this.status = status;
  }

  private record Event(String name, String data) {}

  private static final class Listener {
    final Set<String> keys;
    final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE);
    final AtomicLong dropped = new AtomicLong();

    Listener(Set<String> keys) {
      this.keys = keys;
    }

    boolean wants(String key) {
      return keys.contains(key) || keys.contains(ALL);
    }

    void tell(Event event) {
      while (!queue.offer(event)) {
        if (queue.poll() != null) {
          dropped.incrementAndGet();
        }
      }
    }
  }

  int size() {
    return listeners.size();
  }

  /// Tells those who follow a key.
  ///
  /// @param content for JSON, made only if somebody does
  void tell(String key, String name, Supplier<Object> content) {
    @Nullable Event event = null;
    for (Listener listener : listeners) {
      if (listener.wants(key)) {
        if (event == null) {
          event = new Event(name, Json.text(content.get()));
        }
        listener.tell(event);
      }
    }
  }

  /// Serves a listener until it is gone, on the thread of its request: a virtual one, which may
  /// wait.
  ///
  /// @throws Refusal if there are too many
  void serve(Context request, Set<String> keys) {
    if (listeners.size() >= LISTENERS_MAX) {
      throw new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE,
          "%d listeners are served already: close one".formatted(LISTENERS_MAX));
    }
    var listener = new Listener(Set.copyOf(keys));
    listeners.add(listener);
    try {
      request.contentType("text/event-stream; charset=utf-8");
      // Proxies of nginx's kind would hold events back.
      request.header("X-Accel-Buffering", "no");
      write(request.res().getOutputStream(), listener);
    } catch (IOException e) {
      LOGGER.atDebug().setCause(e).log("a listener is gone");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      listeners.remove(listener);
    }
  }

  private void write(OutputStream out, Listener listener) throws IOException, InterruptedException {
    long statusAt = System.nanoTime();
    long told = 0;
    while (!closed) {
      long wait = statusAt - System.nanoTime();
      Event event = listener.queue.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
      if (event != null) {
        write(out, event);
        if (listener.queue.isEmpty()) {
          out.flush();
        }
      }
      if (System.nanoTime() >= statusAt) {
        write(out, new Event("status", Json.text(status.get())));
        long dropped = listener.dropped.get();
        if (dropped > told) {
          write(out, new Event("dropped", Long.toString(dropped)));
          told = dropped;
        }
        out.flush();
        statusAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STATUS_MILLIS);
      }
    }
  }

  private static void write(OutputStream out, Event event) throws IOException {
    // JSON of one line.
    String text = "event: " + event.name + "\ndata: " + event.data + "\n\n";
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    closed = true;
  }
}
