package io.eddy.it.cluster;

import io.eddy.deploy.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// A broker on a given port and folder, with further settings as `key=value`, until it is killed.
final class ForkedBrokerMain {
  private ForkedBrokerMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    ForkedMain.haltWithParent();
    Map<String, String> settings = new HashMap<>();
    for (String setting : List.of(arguments).subList(2, arguments.length)) {
      int equals = setting.indexOf('=');
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    EmbeddedBroker.open(Path.of(arguments[1]), Integer.parseInt(arguments[0]), settings);
    new CountDownLatch(1).await(); // until it is killed
  }
}
