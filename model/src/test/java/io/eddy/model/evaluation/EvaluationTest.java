package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static final double ROUNDING = 1e-12;

  @Test
  void shouldAverageWithinSeriesThenOverSeries() {
    var evaluation = new Evaluation(2, 1);
    SeriesScores one = evaluation.begin("one", 1, 2);
    SeriesScores other = evaluation.begin("other", 1, 10);

    one.add(0, 1, 100, points(50, 90)); // 66.67 %, 50
    one.add(0, 2, 110, points(50, 90)); // 20 %, 20
    other.add(0, 1, 10, points(10, 0)); // 0

    assertThat(one.smape()).isEqualTo((200.0 * 50 / 150 + 20) / 2, within(ROUNDING));
    assertThat(one.mase()).isEqualTo((50 + 20) / 2.0 / 2);
    assertThat(evaluation.smape()).isEqualTo(one.smape() / 2);
    assertThat(evaluation.mase()).isEqualTo(one.mase() / 2);
  }

  @Test
  void shouldPoolErrorsInUnits() {
    var evaluation = new Evaluation(1, 1);

    evaluation.begin("one", 2, 1).add(0, 1, 10, points(6)); // 2 units
    evaluation.begin("other", 10, 1).add(0, 1, 0, points(60)); // 6 units

    assertThat(evaluation.mae()).isEqualTo(4);
    assertThat(evaluation.mse()).isEqualTo((4 + 36) / 2.0);
    assertThat(evaluation.rmse()).isEqualTo(Math.sqrt(20));
    assertThat(evaluation.accuracy()).isEqualTo(1 - Math.sqrt(40 / 25.0), within(ROUNDING));
  }

  @Test
  void shouldJudgeSquaresByTheMeanAndAllElseByTheMedian() {
    var evaluation = new Evaluation(1, 1);

    evaluation
        .begin("one", 1, 1)
        .add(0, 1, 10, new Fan(new double[] {7}, new double[] {9}, none(), none()));

    assertThat(evaluation.mse()).isEqualTo(9);
    assertThat(evaluation.mae()).isEqualTo(1);
  }

  @Test
  void shouldScoreIntervalsAndQuantilesOverTheScale() {
    var evaluation = new Evaluation(1, 1);
    double[] ten = {10};
    double[][] lower = {{8}, {7}, {6}};
    double[][] upper = {{12}, {13}, {14}};

    evaluation.begin("one", 1, 2).add(0, 1, 15, new Fan(ten, ten, lower, upper));

    assertThat(evaluation.msis()).isEqualTo((8 + 40 * 1) / 2.0, within(1e-9));
    double median = 0.5 * 5;
    double below = 0.1 * 7 + 0.05 * 8 + 0.025 * 9;
    double above = 0.9 * 3 + 0.95 * 2 + 0.975 * 1;
    assertThat(evaluation.pinball()).isEqualTo((median + below + above) / 7 / 2, within(ROUNDING));
  }

  @Test
  void shouldLeaveSeriesWithoutAScaleOutOfScaledAverages() {
    var evaluation = new Evaluation(1, 1);

    evaluation.begin("constant", 1, 0).add(0, 1, 5, points(6));
    evaluation.begin("moving", 1, 2).add(0, 1, 5, points(6));

    assertThat(evaluation.mase()).isEqualTo(0.5);
    assertThat(evaluation.mase(1)).isEqualTo(0.5);
    assertThat(evaluation.mae()).isEqualTo(1);
  }

  @Test
  void shouldTellErrorsByStep() {
    var evaluation = new Evaluation(2, 1);
    SeriesScores scores = evaluation.begin("one", 1, 4);

    scores.add(0, 1, 10, points(11, 13));
    scores.add(0, 2, 10, points(11, 13));

    assertThat(evaluation.mae(1)).isEqualTo(1);
    assertThat(evaluation.mae(2)).isEqualTo(3);
    assertThat(evaluation.mase(2)).isEqualTo(0.75);
  }

  @Test
  void shouldLeaveMissingValuesOut() {
    var evaluation = new Evaluation(1, 1);

    evaluation.begin("one", 1, 1).add(0, 1, Double.NaN, points(6));

    assertThat(evaluation.count()).isZero();
  }

  @Test
  void shouldRefuseAForecastThatIsNoNumber() {
    SeriesScores scores = new Evaluation(1, 1).begin("pump", 1, 1);

    assertThatThrownBy(() -> scores.add(0, 1, 3, points(Double.NaN)))
        .hasMessageContaining("pump")
        .hasMessageContaining("1 steps ahead");
  }

  @Test
  void shouldWeighNaive2AsOne() {
    var evaluation = new Evaluation(1, 1);
    evaluation.begin("one", 1, 2).add(0, 1, 100, points(50));

    var reference = new NaiveReference(evaluation.smape() * 2, evaluation.mase() * 4);

    assertThat(reference.owa(evaluation)).isEqualTo((0.5 + 0.25) / 2);
  }

  private static Fan points(double... values) {
    return Fan.withoutBounds(values);
  }

  private static double[][] none() {
    return new double[0][];
  }
}
