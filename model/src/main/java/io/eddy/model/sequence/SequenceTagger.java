package io.eddy.model.sequence;

import io.eddy.model.composition.Bidirectional;
import io.eddy.model.composition.ConditionalRandomField;
import io.eddy.model.composition.Convolution;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.MaxPool;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.text.Vocabulary;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Tags each token of a message, many to many: parts of speech, names, slots; and labels the
/// message as a whole, if there are labels (an intent, learned with its slots: Goo et al. 2018).
///
/// ```
/// characters   c_w = tanh(max over places of conv(embedding(characters of w)))
/// words        x_t = [embedding(lower case of w_t), c_(w_t)]
/// states       h   = both directions over x
/// tags         emission_t = W h_t + b, under a conditional random field
/// label        logits = V (max over t of h_t) + d
/// ```
///
/// A network in two directions under a conditional random field is from Huang et al. 2015; the
/// words' own characters beside a word's vector from Lample et al. 2016, by a convolution from Ma
/// and Hovy 2016. Characters alone tell upper case, and all that is known of a word never seen.
///
/// Two programs in a chain: the first runs over the characters of the distinct words of a batch,
/// the second over its messages.
public final class SequenceTagger {

  /// Reserved in the vocabulary of characters: before a word's first.
  public static final String WORD_START = "<word>";

  /// Reserved in the vocabulary of characters: behind a word's last.
  public static final String WORD_END = "</word>";

  private static final String FIELD = "crf.";

  private final SequenceTaggerSpec spec;
  private final Vocabulary words;
  private final Vocabulary characters;
  private final Spelling spelling;
  private final Tagging tagging;

  /// The program over characters: a step for each.
  ///
  /// @param character its number (1)
  /// @param mask 1 from a word's first step to its last, then 0 (1)
  /// @param vector of the word so far, at its last step of the word (filters)
  record Spelling(Program program, Value character, Value mask, Value vector) {}

  /// The program over words: a step for each. Answers come from it as well, so that it has all the
  /// parameters.
  ///
  /// @param word its number (1)
  /// @param spelled what its characters became (filters)
  /// @param mask 1 from a message's first step to its last, then 0 (1)
  /// @param emissions scores of the tags (n)
  /// @param logits of the labels, at the message's last step, if there are labels
  /// @param teacher what it learns from
  record Tagging(
      Program program,
      Value word,
      Value spelled,
      Value mask,
      Value emissions,
      @Nullable Value logits,
      Teacher teacher) {}

  /// What training reads.
  ///
  /// @param tag the right one; -1 behind the message (1)
  /// @param before the right one of the step before; -1 at the first (1)
  /// @param first 1 at a message's first step (1)
  /// @param last 1 at its last (1)
  /// @param label the right one, if there are labels (1)
  /// @param loss of tags and label (1)
  record Teacher(
      Value tag, Value before, Value first, Value last, @Nullable Value label, Value loss) {}

  /// Traces both programs.
  ///
  /// @param words in lower case
  /// @param characters with [#WORD_START] and [#WORD_END] among them
  public SequenceTagger(SequenceTaggerSpec spec, Vocabulary words, Vocabulary characters) {
    ProgramBuilder.require(
        characters.contains(WORD_START) && characters.contains(WORD_END),
        "the vocabulary of characters lacks " + WORD_START + " and " + WORD_END);
    this.spec = spec;
    this.words = words;
    this.characters = characters;
    spelling = traceSpelling();
    tagging = traceTagging();
  }

  /// The shape.
  public SequenceTaggerSpec spec() {
    return spec;
  }

  /// The words that have a number, in lower case.
  public Vocabulary words() {
    return words;
  }

  /// The characters that have one.
  public Vocabulary characters() {
    return characters;
  }

  /// What the network over characters learns.
  public List<ParameterSpec> spellingParameters() {
    return spelling.program.parameters();
  }

  /// What the network over words learns, scores of transitions among it.
  public List<ParameterSpec> taggingParameters() {
    return tagging.program.parameters();
  }

  Spelling spelling() {
    return spelling;
  }

  /// A word's number, whatever its case.
  int word(String token) {
    return words.number(token.toLowerCase(Locale.ROOT));
  }

  /// The numbers of a word's characters, with those for its start and its end.
  int[] spell(String token) {
    int[] points = token.codePoints().toArray();
    int kept = Math.min(points.length, spec.maxWordLength());
    int[] numbers = new int[kept + 2];
    numbers[0] = characters.number(WORD_START);
    for (int i = 0; i < kept; i++) {
      int at = i < (kept + 1) / 2 ? i : points.length - kept + i;
      numbers[i + 1] = characters.number(Character.toString(points[at]));
    }
    numbers[kept + 1] = characters.number(WORD_END);
    return numbers;
  }

  /// Steps that a word takes at most.
  int maxSpelling() {
    return spec.maxWordLength() + 2;
  }

  private Spelling traceSpelling() {
    var builder = new ProgramBuilder();
    Value character = builder.input("character", 1);
    Value mask = builder.input("mask", 1);
    Value x =
        Lookup.of(
            builder,
            character,
            table("characters.embedding.weight", characters.size(), spec.characterSize()));
    Value filtered =
        Convolution.same(spec.filterCount(), spec.filterWidth(), 1)
            .trace(builder, "characters.conv.", x, mask);
    Value vector = Tanh.of(builder, MaxPool.of(builder, builder.past(filtered, maxSpelling())));
    return new Spelling(builder.build(), character, mask, vector);
  }

  private static ParameterSpec table(String name, int rows, int width) {
    return ParameterSpec.table(name, rows, width, new Initializer.Normal(1 / Math.sqrt(width)));
  }

  Tagging tagging() {
    return tagging;
  }

  private Tagging traceTagging() {
    var builder = new ProgramBuilder();
    Value word = builder.input("word", 1);
    Value spelled = builder.differentiableInput("spelled", spec.filterCount());
    Value mask = builder.input("mask", 1);
    Value embedded =
        Lookup.of(builder, word, table("words.embedding.weight", words.size(), spec.wordSize()));
    Value x = Dropout.of(builder, Concatenation.of(builder, embedded, spelled), spec.dropout());
    Value states =
        Dropout.of(
            builder,
            Bidirectional.of(spec.cell().cell(), spec.hiddenSize(), spec.layerCount())
                .withDropout(spec.dropout())
                .trace(builder, "rnn.", x, mask),
            spec.dropout());
    Value emissions = linear(builder, states, "tags.", spec.tagCount());
    Value logits =
        spec.labelCount() == 0
            ? null
            : linear(
                builder,
                MaxPool.of(builder, builder.past(states, spec.maxLength())),
                "labels.",
                spec.labelCount());
    Teacher teacher = teacher(builder, emissions, logits);
    return new Tagging(builder.build(), word, spelled, mask, emissions, logits, teacher);
  }

  private Teacher teacher(ProgramBuilder builder, Value emissions, @Nullable Value logits) {
    Value tag = builder.input("tag", 1);
    Value before = builder.input("before", 1);
    Value first = builder.input("first", 1);
    Value last = builder.input("last", 1);
    Value loss = field().loss(builder, FIELD, emissions, tag, before, first, last);
    if (logits == null) {
      return new Teacher(tag, before, first, last, null, loss);
    }
    Value label = builder.input("label", 1);
    Value both = Add.of(builder, loss, CrossEntropyLoss.of(builder, logits, label, last, 0));
    return new Teacher(tag, before, first, last, label, both);
  }

  private ConditionalRandomField field() {
    return new ConditionalRandomField(spec.tagCount());
  }

  /// The name of the scores of transitions.
  String transitions() {
    return field().transitions(FIELD).name();
  }

  private static Value linear(ProgramBuilder builder, Value x, String prefix, int outputs) {
    return Linear.of(
        builder,
        x,
        ParameterSpec.matrix(prefix + "weight", outputs, x.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector(prefix + "bias", outputs, new Initializer.Zero()));
  }
}
