package io.eddy.processors.rollout;

/// How the versions of an application's model are read from their files.
///
/// @param <M> what a version is
@FunctionalInterface
public interface ModelFormat<M> {
  /// Reads a whole file, and says what is wrong with one that cannot serve here: it is none of this
  /// format, or was made for other settings.
  Assembly<M> read(byte[] file);
}
