package io.eddy.deploy.evaluate;

import io.eddy.deploy.backtest.Progress;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// What a task is run with.
///
/// @param folder of the data set, where it has files
/// @param threads that train
/// @param seed of everything that is drawn
/// @param epochs instead of the task's own number
/// @param progress told how far the work has come
/// @param report told in words what is known so far, a line each
public record TaskRun(
    Path folder,
    int threads,
    long seed,
    OptionalInt epochs,
    Progress progress,
    Consumer<String> report) {}
