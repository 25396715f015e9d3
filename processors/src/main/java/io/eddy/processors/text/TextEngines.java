package io.eddy.processors.text;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.CompletionSettings;
import io.eddy.processors.rollout.Decision;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// The versions that one task reads with: that of the newest decision, and the ones before it, for
/// keys that have not changed over yet.
final class TextEngines {
  private static final int KEPT = 3;

  private final LinkedHashMap<Integer, TextEngine> byVersion =
      new LinkedHashMap<>(16, 0.75f, true); // least recently used first
  private final @Nullable CompletionSettings completion;
  private long followed = -1;

  /// @param completion how messages are continued; null if they are not
  TextEngines(@Nullable CompletionSettings completion) {
    this.completion = completion;
    byVersion.put(0, new TextEngine(null, completion));
  }

  /// Hears of the decision in force.
  ///
  /// @return whether it is a new one
  boolean follow(Decision<TrainedLanguageModel> decision) {
    boolean isNew = decision.sequence() != followed;
    followed = decision.sequence();
    return isNew;
  }

  /// The engine of a decision's version.
  TextEngine of(Decision<TrainedLanguageModel> decision) {
    TextEngine engine = byVersion.get(decision.version());
    if (engine == null) {
      engine = new TextEngine(decision.model(), completion);
      byVersion.put(decision.version(), engine);
      if (byVersion.size() > KEPT) {
        byVersion.remove(byVersion.firstEntry().getKey());
      }
    }
    return engine;
  }

  /// The engine of a version that read lately, or null.
  @Nullable TextEngine of(int version) {
    return byVersion.get(version);
  }
}
