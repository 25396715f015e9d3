package io.eddy.deploy.app;

import java.util.Optional;

/// What runs beside an application in its process and looks at it, such as a server that tells of
/// its health. It is there before the application starts and after it has ended.
public interface Companion {
  /// Nobody looks.
  Companion NONE =
      new Companion() {
        @Override
        public Optional<String> address() {
          return Optional.empty();
        }

        @Override
        public void attach(ExecutableApplication application) {}
      };

  /// Host and port by which other instances reach it: their `application.server`, unless the
  /// configuration names one.
  Optional<String> address();

  /// The application is about to start, and its start may take as long as a restore does.
  void attach(ExecutableApplication application);
}
