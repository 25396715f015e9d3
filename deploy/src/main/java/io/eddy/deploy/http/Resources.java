package io.eddy.deploy.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Files that come with this package.
final class Resources {
  private Resources() {}

  static byte[] read(String name) {
    try (InputStream bytes = Resources.class.getResourceAsStream(name)) {
      if (bytes == null) {
        throw new IllegalStateException("the class path has no " + name);
      }
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
