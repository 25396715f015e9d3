package io.eddy.deploy.doctor;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;

/// What is asked of a cluster, with a bound on each wait.
record Questions(Admin admin, Duration patience) {

  /// A cluster that gave no answer, or one that is an error; the cause is Kafka's.
  static final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredException(Throwable cause) {
      super(words(cause), cause);
    }

    private static String words(Throwable cause) {
      String message = cause.getMessage();
      return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }

    /// Whether the cluster refused because this client may not ask that.
    boolean isForbidden() {
      return getCause() instanceof AuthorizationException;
    }
  }

  /// The answer.
  <T> T answer(KafkaFuture<T> future) throws UnansweredException {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new UnansweredException(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new UnansweredException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnansweredException(e);
    }
  }
}
