package io.eddy.processors.training;

import io.eddy.model.parallel.Team;
import io.eddy.model.training.DivergedException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelArtifacts;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One training on messages of which it is known what to say. Words are counted anew, so that the
/// vocabulary follows the stream. The newest messages of every key validate; a model that does no
/// better on them than the version before is no candidate.
///
/// @param <M> what a version is
/// @param <T> what it learns from
final class AnnotationTraining<M, T> implements Function<BooleanSupplier, TrainingOutcome> {
  private final AnnotationLearning<M, T> learning;
  private final TrainingJob job;
  private final int partition;
  private final @Nullable M base;
  private final List<StoredWindow> windows;
  private final ProcessorsConfig config;
  private final Progress progress;

  AnnotationTraining(
      AnnotationLearning<M, T> learning,
      TrainingJob job,
      int partition,
      @Nullable M base,
      List<StoredWindow> windows,
      ProcessorsConfig config,
      Progress progress) {
    this.learning = learning;
    this.job = job;
    this.partition = partition;
    this.base = base;
    this.windows = windows;
    this.config = config;
    this.progress = progress;
  }

  /// Messages to learn from, and newer ones of the same keys.
  private record Split<T>(
      List<T> learned, List<T> heldOut, int keys, long newestTime, int unreadable) {}

  @Override
  public TrainingOutcome apply(BooleanSupplier cancelled) {
    List<StoredWindow> kept = TrainingData.selected(windows, job.windowsMax());
    Split<T> split = split(kept);
    String fault = learning.fault(split.learned);
    if (fault != null) {
      return new TrainingOutcome.Unusable(fault);
    }
    M model;
    try (var team = new Team(config.trainingThreads())) {
      model =
          learning.learn(
              split.learned,
              split.heldOut,
              job.seed(),
              team,
              new JobListener(job.name(partition), progress, cancelled));
    } catch (DivergedException e) {
      return new TrainingOutcome.Diverged(String.valueOf(e.getMessage()));
    }
    double loss = split.heldOut.isEmpty() ? Double.NaN : learning.loss(model, split.heldOut);
    double baseLoss =
        base == null || split.heldOut.isEmpty() ? Double.NaN : learning.loss(base, split.heldOut);
    if (baseLoss <= loss) {
      return new TrainingOutcome.Unusable(
          "version %d is as good on the newest messages (%.4f, trained %.4f)"
              .formatted(job.baseVersion(), baseLoss, loss));
    }
    Map<String, String> provenance = job.provenance(partition, split.keys, kept.size());
    provenance.put("data.messages", Integer.toString(split.learned.size() + split.heldOut.size()));
    provenance.put("data.windows.unreadable", Integer.toString(split.unreadable));
    provenance.put("validation.loss", Double.toString(loss));
    provenance.put("validation.loss.base", Double.toString(baseLoss));
    return new TrainingOutcome.Trained(
        ModelArtifacts.candidate(
            learning.file(model, provenance),
            provenance,
            job.baseVersion(),
            Instant.ofEpochMilli(split.newestTime)));
  }

  private Split<T> split(List<StoredWindow> kept) {
    List<T> learned = new ArrayList<>();
    List<T> heldOut = new ArrayList<>();
    List<T> ofKey = new ArrayList<>();
    int keys = 0;
    int unreadable = 0;
    long newest = Long.MIN_VALUE;
    for (int i = 0; i < kept.size(); i++) {
      StoredWindow window = kept.get(i);
      newest = Math.max(newest, window.lastTime());
      try {
        ofKey.addAll(learning.examples(ByteBuffer.wrap(window.anchor())));
      } catch (IllegalArgumentException e) {
        unreadable++;
      }
      boolean last =
          i + 1 == kept.size() || !Arrays.equals(window.series(), kept.get(i + 1).series());
      if (last) {
        keys++;
        double share = config.trainingSettings().validationShare();
        int border = (int) Math.round(ofKey.size() * (1 - share));
        learned.addAll(ofKey.subList(0, border));
        heldOut.addAll(ofKey.subList(border, ofKey.size()));
        ofKey.clear();
      }
    }
    return new Split<>(List.copyOf(learned), List.copyOf(heldOut), keys, newest, unreadable);
  }
}
