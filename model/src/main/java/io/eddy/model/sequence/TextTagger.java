package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/// Tags texts by a [TrainedTagger]. Spans are whole: no `I-x` without its begin. One thread at a
/// time.
public final class TextTagger {

  private final TrainedTagger model;
  private final MessageTagger tagger;

  TextTagger(TrainedTagger model, int batchSize, Kernels kernels) {
    this.model = model;
    tagger =
        new MessageTagger(
            model.network(),
            model.spelling(),
            model.tagging(),
            model.hasSpans() ? TagRules.spans(model.tags()) : TagRules.none(model.tags().size()),
            batchSize,
            kernels);
  }

  /// Tags one text.
  ///
  /// @param tokens as they are written, any number
  /// @return its tokens, as many as the network reads, with their tags and the text's label
  public AnnotatedText tag(List<String> tokens) {
    return tagAll(List.of(tokens)).getFirst();
  }

  /// Tags texts, in any number; those of similar length go together.
  ///
  /// @return in the order of the texts
  public List<AnnotatedText> tagAll(List<List<String>> texts) {
    int longest = model.network().spec().maxLength();
    List<TaggedMessage> answers =
        tagger.tagAll(
            texts.stream()
                .filter(tokens -> !tokens.isEmpty())
                .map(tokens -> tokens.subList(0, Math.min(longest, tokens.size())))
                .toList());
    List<AnnotatedText> named = new ArrayList<>();
    int next = 0;
    for (List<String> tokens : texts) {
      named.add(
          tokens.isEmpty()
              ? new AnnotatedText(List.of(), List.of(), "")
              : named(answers.get(next++)));
    }
    return named;
  }

  private AnnotatedText named(TaggedMessage answer) {
    return new AnnotatedText(
        answer.tokens(),
        answer.tags().stream().map(model.tags()::get).toList(),
        model.labels().isEmpty() ? "" : model.labels().get(answer.label()));
  }
}
