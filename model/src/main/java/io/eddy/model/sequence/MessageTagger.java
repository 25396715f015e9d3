package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Tags messages by a trained [SequenceTagger]. Weights are shared, everything else is made once.
/// One thread at a time.
public final class MessageTagger {

  private final SequenceTagger tagger;
  private final TaggerRun run;
  private final ViterbiSearch search;
  private final float[] transitions;
  private final int batchSize;

  /// @param rules that every answer keeps to
  /// @param batchSize messages that are read side by side
  public MessageTagger(
      SequenceTagger tagger,
      Parameters spellingParameters,
      Parameters taggingParameters,
      TagRules rules,
      int batchSize,
      Kernels kernels) {
    ProgramBuilder.require(
        rules.tags() == tagger.spec().tagCount(),
        "rules for "
            + rules.tags()
            + " tags, expected them for the network's "
            + tagger.spec().tagCount());
    this.tagger = tagger;
    this.batchSize = batchSize;
    run =
        new TaggerRun(
            tagger, spellingParameters, taggingParameters, batchSize, kernels, new Team(1));
    search = new ViterbiSearch(rules);
    transitions = taggingParameters.values(tagger.transitions());
  }

  /// Tags one message.
  ///
  /// @param tokens as they are written, at least one
  public TaggedMessage tag(List<String> tokens) {
    return tagAll(List.of(tokens)).getFirst();
  }

  /// Tags messages, in any number; those of similar length go together.
  ///
  /// @return in the order of the messages
  public List<TaggedMessage> tagAll(List<List<String>> messages) {
    List<Integer> order =
        IntStream.range(0, messages.size())
            .boxed()
            .sorted(Comparator.comparingInt(message -> messages.get(message).size()))
            .toList();
    List<TaggedMessage> answers =
        new ArrayList<>(
            Collections.nCopies(messages.size(), new TaggedMessage(List.of(""), List.of(0), 0)));
    for (int from = 0; from < order.size(); from += batchSize) {
      List<Integer> batch = order.subList(from, Math.min(from + batchSize, order.size()));
      run.write(batch.stream().map(messages::get).toList(), tagger::word);
      run.forward();
      for (int b = 0; b < batch.size(); b++) {
        answers.set(batch.get(b), answer(messages.get(batch.get(b)), b));
      }
    }
    return answers;
  }

  private TaggedMessage answer(List<String> tokens, int b) {
    float[][] emissions = new float[tokens.size()][];
    for (int t = 0; t < emissions.length; t++) {
      emissions[t] = run.row(tagger.tagging().emissions(), t, b);
    }
    int[] tags = search.best(emissions, transitions);
    Value logits = tagger.tagging().logits();
    int label =
        logits == null ? 0 : ViterbiSearch.greatest(run.row(logits, emissions.length - 1, b));
    return new TaggedMessage(tokens, IntStream.of(tags).boxed().toList(), label);
  }
}
