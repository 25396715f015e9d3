package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Messages of symbols 1 to 9 whose class hangs on where two of them stand.
class SequenceClassifierTest {

  private static final int SYMBOLS = 10;
  private static final int MAX_LENGTH = 12;
  private static final int BATCH = 16;

  @Test
  void shouldLearnAnOrderThatNoBagTells() {
    // Whether the 1 comes before the 2, anywhere: the symbols are the same in both classes.
    List<LabelledMessage> train = orders(800, 1);
    List<LabelledMessage> test = orders(200, 2);
    var network = classifier(16);
    var linear = classifier(0);

    assertThat(accuracy(network, trained(network, train, 20, 1), test)).isGreaterThan(0.97);
    assertThat(accuracy(linear, trained(linear, train, 20, 1), test)).isLessThan(0.7);
  }

  @Test
  void shouldGiveEachSymbolItsShareOfTheAttention() {
    // 9 decides, and stands anywhere.
    List<LabelledMessage> train = marked(600, 3);
    var network = classifier(16);
    Parameters parameters = trained(network, train, 12, 1);
    var reader = new MessageClassifier(network, parameters, Kernels.best());

    LabelledMessage message = marked(40, 4).stream().filter(m -> m.label() == 1).findFirst().get();
    Classification answer = reader.classify(message.symbols(), message.pairs());

    assertThat(answer.label()).isEqualTo(1);
    assertThat(answer.attention()).hasSameSizeAs(new float[message.symbols().length]);
    assertThat(sum(answer.attention())).isCloseTo(1, within(1e-5));
    assertThat(sum(answer.probabilities())).isCloseTo(1, within(1e-5));
  }

  @Test
  void shouldStartFromNaiveBayes() {
    // Symbol 1 is in 3 of 4 messages of class 0 and in 1 of 4 of class 1.
    List<LabelledMessage> messages = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      messages.add(message(0, i < 3 ? 1 : 2));
      messages.add(message(1, i < 1 ? 1 : 2));
    }
    var linear = classifier(0);
    Parameters parameters = Parameters.initial(linear.parameters(), 1);

    linear.count(parameters, messages, 1);
    Classification answer =
        new MessageClassifier(linear, parameters, Kernels.best())
            .classify(new int[] {1}, new int[] {0});

    // (3 + 1) / (1 + 1) with one of each added, all else equal.
    assertThat(answer.probabilities()[0]).isCloseTo(2 / 3f, within(1e-5f));
  }

  @Test
  void shouldAnswerTheSameWhateverWasReadBefore() {
    var network = classifier(8);
    Parameters parameters = Parameters.initial(network.parameters(), 3);
    var reader = new MessageClassifier(network, parameters, Kernels.best());
    LabelledMessage message = orders(1, 5).getFirst();
    Classification fresh = reader.classify(message.symbols(), message.pairs());

    for (LabelledMessage other : orders(20, 6)) {
      reader.classify(other.symbols(), other.pairs());
    }
    Classification again = reader.classify(message.symbols(), message.pairs());

    assertThat(again.probabilities()).isEqualTo(fresh.probabilities());
    assertThat(again.attention()).isEqualTo(fresh.attention());
  }

  @Test
  void shouldGiveTheSameWeightsWithAnyNumberOfThreads() {
    var network = classifier(8);
    List<LabelledMessage> messages = orders(100, 7);

    Parameters one = trained(network, messages, 1, 1);
    Parameters two = trained(network, messages, 1, 2);

    for (int p = 0; p < one.count(); p++) {
      assertThat(two.values(p)).isEqualTo(one.values(p));
    }
  }

  @Test
  void shouldRefuseMessagesThatAreTooLong() {
    var network = classifier(8);
    var reader =
        new MessageClassifier(network, Parameters.initial(network.parameters(), 1), Kernels.best());

    assertThatThrownBy(() -> reader.classify(new int[13], new int[13]))
        .hasMessageContaining("a message of 13 symbols, expected 1 to 12");
  }

  private static SequenceClassifier classifier(int hiddenSize) {
    return new SequenceClassifier(
        new SequenceClassifierSpec(SYMBOLS, 1, 2, 8, CellType.LSTM, hiddenSize, 0.1f, MAX_LENGTH));
  }

  private static Parameters trained(
      SequenceClassifier classifier, List<LabelledMessage> messages, int epochs, int threads) {
    Parameters parameters = Parameters.initial(classifier.parameters(), 1);
    classifier.count(parameters, messages, 0.5);
    int[] lengths = messages.stream().mapToInt(message -> message.symbols().length).toArray();
    var random = new SplittableRandom(1);
    try (var team = new Team(threads)) {
      var trainer =
          new SequenceClassifierTrainer(
              classifier,
              parameters,
              BATCH,
              0.05,
              UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1),
              Kernels.best(),
              team);
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (int[] batch : LengthBatches.shuffled(lengths, BATCH, random)) {
          trainer.update(Arrays.stream(batch).mapToObj(messages::get).toList(), 5e-3);
        }
      }
    }
    return parameters;
  }

  private static double accuracy(
      SequenceClassifier classifier, Parameters parameters, List<LabelledMessage> messages) {
    var reader = new MessageClassifier(classifier, parameters, Kernels.best());
    long right =
        messages.stream()
            .filter(
                message ->
                    reader.classify(message.symbols(), message.pairs()).label() == message.label())
            .count();
    return (double) right / messages.size();
  }

  private static List<LabelledMessage> orders(int count, long seed) {
    var random = new SplittableRandom(seed);
    List<LabelledMessage> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] symbols = filler(4 + random.nextInt(9), random);
      int first = random.nextInt(symbols.length - 1);
      int second = first + 1 + random.nextInt(symbols.length - first - 1);
      int label = random.nextInt(2);
      symbols[first] = 1 + label;
      symbols[second] = 2 - label;
      messages.add(message(label, symbols));
    }
    return messages;
  }

  private static List<LabelledMessage> marked(int count, long seed) {
    var random = new SplittableRandom(seed);
    List<LabelledMessage> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] symbols = filler(3 + random.nextInt(10), random);
      int label = random.nextInt(2);
      symbols[random.nextInt(symbols.length)] = 8 + label;
      messages.add(message(label, symbols));
    }
    return messages;
  }

  private static int[] filler(int length, SplittableRandom random) {
    int[] symbols = new int[length];
    Arrays.setAll(symbols, i -> 3 + random.nextInt(5));
    return symbols;
  }

  private static LabelledMessage message(int label, int... symbols) {
    return new LabelledMessage(symbols, new int[symbols.length], label);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
