package io.eddy.it.container;

import io.eddy.deploy.broker.EmbeddedBroker;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The broker that is inside of Eddy's image, told its settings as Kafka's own image is:
/// `KAFKA_X_Y` is `x.y`.
final class BrokerMain {
  private static final String PREFIX = "KAFKA_";
  private static final int PORT = 9092;

  private BrokerMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> settings = new HashMap<>();
    System.getenv()
        .forEach(
            (variable, value) -> {
              // Set in Eddy's image, and nothing to a broker.
              if (variable.startsWith(PREFIX) && !variable.equals("KAFKA_STATE_DIR")) {
                settings.put(key(variable), value);
              }
            });
    EmbeddedBroker.start(PORT, settings);
    new CountDownLatch(1).await(); // until it is killed
  }

  private static String key(String variable) {
    return variable.substring(PREFIX.length()).replace('_', '.').toLowerCase(Locale.ROOT);
  }
}
