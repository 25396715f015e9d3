package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.sequence.SequenceTagger.Spelling;
import io.eddy.model.sequence.SequenceTagger.Tagging;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/// The two programs of a [SequenceTagger] over one batch of messages, forward and back.
///
/// Each distinct word is spelled once, whichever messages it is in: its vector is copied to all its
/// places, and the gradients of all places, added up in their order, are its own. Words go through
/// the first program in blocks of equal size and similar length. An unroller holds the values of
/// one block, so the way back computes each block's values again: cheaper than to hold all, since
/// blocks of short words, the most by far, take few steps.
final class TaggerRun {

  private static final int BLOCK = 64;
  private static final int NONE = -1;

  private final SequenceTagger tagger;
  private final Spelling spelling;
  private final Tagging tagging;
  private final Kernels kernels;
  private final int batchSize;
  private final Unroller spelled;
  private final Unroller tagged;
  private final int width; // of a word's vector
  private List<List<String>> messages = List.of();
  private List<int[]> spellings = new ArrayList<>(); // of distinct words, by length
  private Map<String, Integer> places = new LinkedHashMap<>(); // of them there
  private float[] vectors = new float[0]; // (distinct words, width)
  private float[] gradients = new float[0]; // the same
  private int steps;

  TaggerRun(
      SequenceTagger tagger,
      Parameters spellingParameters,
      Parameters taggingParameters,
      int batchSize,
      Kernels kernels,
      Team team) {
    this.tagger = tagger;
    this.batchSize = batchSize;
    this.kernels = kernels;
    spelling = tagger.spelling();
    tagging = tagger.tagging();
    width = tagging.spelled().width();
    spelled =
        new Unroller(
            spelling.program(), spellingParameters, tagger.maxSpelling(), BLOCK, kernels, team);
    tagged =
        new Unroller(
            tagging.program(),
            taggingParameters,
            tagger.spec().maxLength(),
            batchSize,
            kernels,
            team);
  }

  Unroller spelled() {
    return spelled;
  }

  Unroller tagged() {
    return tagged;
  }

  /// Writes a batch: words, masks, and no right tags.
  ///
  /// @param given up to as many messages as the batch has entries
  /// @param numbers of words
  void write(List<List<String>> given, ToIntFunction<String> numbers) {
    ProgramBuilder.require(
        !given.isEmpty() && given.size() <= batchSize,
        given.size() + " messages, expected 1 to " + batchSize);
    messages = List.copyOf(given);
    steps = messages.stream().mapToInt(List::size).max().orElse(0);
    ProgramBuilder.require(
        steps <= tagger.spec().maxLength() && messages.stream().noneMatch(List::isEmpty),
        "messages of up to " + steps + " tokens, expected 1 to " + tagger.spec().maxLength());
    for (int b = 0; b < batchSize; b++) {
      List<String> message = b < messages.size() ? messages.get(b) : List.of();
      tagged.reset(b);
      for (int t = 0; t < steps; t++) {
        boolean inside = t < message.size();
        set(tagging.word(), t, b, inside ? numbers.applyAsInt(message.get(t)) : 0);
        set(tagging.mask(), t, b, inside ? 1 : 0);
        set(tagging.teacher().tag(), t, b, NONE);
        set(tagging.teacher().before(), t, b, NONE);
        set(tagging.teacher().first(), t, b, t == 0 ? 1 : 0);
        set(tagging.teacher().last(), t, b, 0);
      }
    }
    findWords();
  }

  /// Writes the right tags of the messages that were written.
  void teach(List<TaggedMessage> right) {
    for (int b = 0; b < right.size(); b++) {
      TaggedMessage message = right.get(b);
      int length = message.tokens().size();
      for (int t = 0; t < length; t++) {
        set(tagging.teacher().tag(), t, b, message.tags().get(t));
        set(tagging.teacher().before(), t, b, t == 0 ? NONE : message.tags().get(t - 1));
      }
      set(tagging.teacher().last(), length - 1, b, 1);
      Value label = tagging.teacher().label();
      if (label != null) {
        set(label, length - 1, b, message.label());
      }
    }
  }

  private void set(Value value, int t, int b, float to) {
    Rows rows = tagged.rows(value);
    rows.values()[rows.at(t * batchSize + b)] = to;
  }

  private void findWords() {
    Map<String, int[]> distinct = new LinkedHashMap<>();
    for (List<String> message : messages) {
      for (String token : message) {
        distinct.computeIfAbsent(token, tagger::spell);
      }
    }
    List<Map.Entry<String, int[]>> byLength = new ArrayList<>(distinct.entrySet());
    byLength.sort(Comparator.comparingInt(entry -> entry.getValue().length));
    places = new LinkedHashMap<>();
    spellings = new ArrayList<>();
    for (Map.Entry<String, int[]> entry : byLength) {
      places.put(entry.getKey(), spellings.size());
      spellings.add(entry.getValue());
    }
    int size = spellings.size() * width;
    if (vectors.length < size) {
      vectors = new float[size];
      gradients = new float[size];
    }
  }

  /// Computes as the answers need it.
  void forward() {
    spellAll();
    tagged.forward(steps);
  }

  /// Computes as in training.
  ///
  /// @param seed of what is dropped
  void forward(long seed) {
    spellAll();
    tagged.forward(steps, seed);
  }

  private void spellAll() {
    Rows vector = spelled.rows(spelling.vector());
    for (int from = 0; from < spellings.size(); from += BLOCK) {
      List<int[]> block = block(from);
      spell(block);
      for (int w = 0; w < block.size(); w++) {
        int row = (block.get(w).length - 1) * BLOCK + w;
        System.arraycopy(vector.values(), vector.at(row), vectors, (from + w) * width, width);
      }
    }
    Rows to = tagged.rows(tagging.spelled());
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < batchSize; b++) {
        int at = to.at(t * batchSize + b);
        if (isInside(t, b)) {
          System.arraycopy(vectors, place(t, b) * width, to.values(), at, width);
        } else {
          Arrays.fill(to.values(), at, at + width, 0);
        }
      }
    }
  }

  private boolean isInside(int t, int b) {
    return b < messages.size() && t < messages.get(b).size();
  }

  private int place(int t, int b) {
    return places.getOrDefault(messages.get(b).get(t), 0);
  }

  private List<int[]> block(int from) {
    return spellings.subList(from, Math.min(from + BLOCK, spellings.size()));
  }

  private void spell(List<int[]> block) {
    int longest = block.getLast().length;
    Rows character = spelled.rows(spelling.character());
    Rows mask = spelled.rows(spelling.mask());
    for (int w = 0; w < BLOCK; w++) {
      int[] word = w < block.size() ? block.get(w) : new int[0];
      spelled.reset(w);
      for (int t = 0; t < longest; t++) {
        int row = t * BLOCK + w;
        character.values()[character.at(row)] = t < word.length ? word[t] : 0;
        mask.values()[mask.at(row)] = t < word.length ? 1 : 0;
      }
    }
    spelled.forward(longest);
  }

  /// Adds the gradients of both programs' parameters.
  ///
  /// @param share by which each row's loss counts
  void backward(float share) {
    tagged.backward(tagging.teacher().loss(), share);
    Arrays.fill(gradients, 0);
    Rows from = tagged.rows(tagging.spelled());
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < batchSize; b++) {
        if (isInside(t, b)) {
          int at = from.at(t * batchSize + b);
          kernels.add(from.gradients(), at, gradients, place(t, b) * width, width);
        }
      }
    }
    Rows vector = spelled.rows(spelling.vector());
    for (int first = 0; first < spellings.size(); first += BLOCK) {
      List<int[]> block = block(first);
      spell(block);
      spelled.clearRowGradients();
      for (int w = 0; w < block.size(); w++) {
        int row = (block.get(w).length - 1) * BLOCK + w;
        System.arraycopy(gradients, (first + w) * width, vector.gradients(), vector.at(row), width);
      }
      spelled.backward();
    }
  }

  /// The loss of all messages together.
  double lossSum() {
    Rows rows = tagged.rows(tagging.teacher().loss());
    double sum = 0;
    for (int row = 0; row < steps * batchSize; row++) {
      sum += rows.values()[rows.at(row)];
    }
    return sum;
  }

  /// The row of a value at one step of a message.
  float[] row(Value value, int t, int b) {
    Rows rows = tagged.rows(value);
    int at = rows.at(t * batchSize + b);
    return Arrays.copyOfRange(rows.values(), at, at + value.width());
  }
}
