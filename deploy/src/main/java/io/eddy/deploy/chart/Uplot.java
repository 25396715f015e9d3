package io.eddy.deploy.chart;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/// uPlot, as its WebJar brings it: pages carry it in themselves or get it from the program, and
/// never from elsewhere.
public final class Uplot {
  private static final String VERSION = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

  private Uplot() {}

  /// A file of its distribution, such as `uPlot.min.css`.
  ///
  /// @throws IOException if the class path has none
  public static byte[] file(String name) throws IOException {
    var properties = new Properties();
    try (InputStream bytes = open(VERSION)) {
      properties.load(bytes);
    }
    String path =
        "/META-INF/resources/webjars/uplot/%s/dist/%s"
            .formatted(properties.getProperty("version"), name);
    try (InputStream bytes = open(path)) {
      return bytes.readAllBytes();
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream bytes = Uplot.class.getResourceAsStream(name);
    if (bytes == null) {
      throw new IOException("the class path has no " + name);
    }
    return bytes;
  }
}
