package io.eddy.deploy.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuccessiveHalvingTest {
  private static final Candidate FIRST = candidate(0);

  /// A bracket: 1 + 9, 1 + 3, 1 + 1. Later ones leave out the first candidate.
  private static final int FIRST_BRACKET = 16;

  private final List<Trial> trials = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private final List<Integer> around = new ArrayList<>();

  @Test
  void shouldKeepABestThirdOnEachRungWithThreeTimesTheEffort() {
    search(number -> number == 0 ? 50 : 10 - number, after(FIRST_BRACKET));

    assertThat(numbers(1, 1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(numbers(1, 2)).containsExactly(0, 9, 8, 7);
    assertThat(numbers(1, 3)).containsExactly(0, 9);
    assertThat(shares.getFirst()).isEqualTo(1 / 9.0);
    assertThat(shares.get(10)).isEqualTo(1 / 3.0);
    assertThat(shares.getLast()).isEqualTo(1);
  }

  @Test
  void shouldChooseTheBestOfTheHighestCompletedRung() {
    SuccessiveHalving halving =
        search(number -> number == 0 ? 50 : 10 - number, after(FIRST_BRACKET));

    assertThat(halving.best().orElseThrow().candidate().number()).isEqualTo(9);
    assertThat(halving.best().orElseThrow().rung()).isEqualTo(3);
    assertThat(halving.firstScore(3)).isEqualTo(50);
    assertThat(halving.completedRungs()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 9})
  void shouldChooseNothingBeforeARungIsCompleted(int count) {
    SuccessiveHalving halving = search(number -> number, after(count));

    assertThat(trials).hasSize(count);
    assertThat(halving.best()).isEmpty();
    assertThat(halving.firstScore(1)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11, 13})
  void shouldNotLookAtARungThatWasNotCompleted(int count) {
    // The later a candidate is tried again, the better it seems.
    SuccessiveHalving halving =
        search(number -> number == 0 ? 20 : 10 - number - 100.0 * trials.size() / 10, after(count));

    assertThat(trials).hasSize(count);
    assertThat(halving.best().orElseThrow().rung()).isEqualTo(1);
  }

  @Test
  void shouldNeverChooseWhatIsWorseThanTheFirst() {
    SuccessiveHalving halving = search(number -> number == 0 ? 1 : 2 + number, after(100));

    assertThat(halving.best().orElseThrow().candidate()).isEqualTo(FIRST);
  }

  @Test
  void shouldPreferTheFirstAmongEquals() {
    SuccessiveHalving halving = search(_ -> 3, after(100));

    assertThat(halving.best().orElseThrow().candidate()).isEqualTo(FIRST);
  }

  @Test
  void shouldTryTheFirstOnceOnEachRung() {
    search(number -> number, after(100));

    assertThat(trials.stream().filter(trial -> trial.candidate().equals(FIRST))).hasSize(3);
    assertThat(trials.getLast().bracket()).isGreaterThan(5);
  }

  @Test
  void shouldDrawAroundTheBestSoFar() {
    search(number -> -number, after(2 * FIRST_BRACKET));

    assertThat(around.subList(0, 9)).containsOnly(0);
    assertThat(around.subList(9, 18)).containsOnly(9);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void shouldGoOnWithoutCandidatesThatFail(double failure) {
    SuccessiveHalving halving =
        search(number -> number % 2 == 1 ? failure : number, after(FIRST_BRACKET));

    assertThat(numbers(1, 2)).containsExactly(0, 2, 4, 6);
    assertThat(halving.best().orElseThrow().candidate()).isEqualTo(FIRST);
  }

  @Test
  void shouldTakeTheFirstUpTheRungsEvenIfAWholeBracketFailed() {
    SuccessiveHalving halving =
        search(
            number -> number == 0 ? 5 : number <= 9 ? Double.NaN : number == 12 ? 1 : 9,
            after(10 + 9 + 4 + 2));

    assertThat(numbers(2, 2)).startsWith(0);
    assertThat(numbers(2, 3)).containsExactly(0, 12);
    assertThat(halving.best().orElseThrow().candidate().number()).isEqualTo(12);
  }

  @Test
  void shouldEndInTheMidstOfATrialThatIsCancelled() {
    SuccessiveHalving halving =
        search(
            number -> {
              if (trials.size() == 12) {
                throw new CancellationException();
              }
              return number;
            },
            () -> false);

    assertThat(trials).hasSize(12);
    assertThat(halving.best().orElseThrow().rung()).isEqualTo(1);
  }

  @Test
  void shouldEndWhenThereIsNothingLeftToDraw() {
    var halving =
        new SuccessiveHalving(
            FIRST, (number, _) -> Optional.empty(), (_, _) -> 1, () -> false, new Witness());

    halving.run();

    assertThat(trials).isEmpty();
  }

  private SuccessiveHalving search(IntToDoubleFunction score, BooleanSupplier over) {
    var halving =
        new SuccessiveHalving(
            FIRST,
            (number, near) -> {
              around.add(near.number());
              return Optional.of(candidate(number));
            },
            (candidate, share) -> {
              shares.add(share);
              return score.applyAsDouble(candidate.number());
            },
            over,
            new Witness());
    halving.run();
    return halving;
  }

  private BooleanSupplier after(int count) {
    return () -> trials.size() >= count;
  }

  private List<Integer> numbers(int bracket, int rung) {
    return trials.stream()
        .filter(trial -> trial.bracket() == bracket && trial.rung() == rung)
        .map(trial -> trial.candidate().number())
        .toList();
  }

  private static Candidate candidate(int number) {
    return new Candidate(number, Map.of("number", String.valueOf(number)));
  }

  private final class Witness implements SuccessiveHalving.Listener {
    @Override
    public void trying(Candidate candidate, int bracket, int rung, int place, int field) {
      assertThat(place).isBetween(1, field);
    }

    @Override
    public void tried(Trial trial) {
      trials.add(trial);
    }
  }
}
