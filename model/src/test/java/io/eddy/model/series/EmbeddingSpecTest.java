package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingSpecTest {

  private static final EmbeddingSpec REGION = new EmbeddingSpec("region", 5, 2);

  @ParameterizedTest
  @CsvSource({
    "NaN,0",
    "0,1",
    "1,2",
    "3,4",
    "4,1",
    "3.9,4",
    "-1,4",
    "1e300,4",
    "-1e300,1",
    "9007199254740991,4"
  })
  void shouldGiveEachNumberARowButTheFirst(double number, int row) {
    assertThat(REGION.row(number)).isEqualTo(row);
  }

  /// What is learned of a text is looked up by it on another machine, and in the next release.
  @ParameterizedTest
  @CsvSource({"north,8045740304040106", "pump-7,3829220560547118", "'',5103132997656651"})
  void shouldHashATextTheSameForever(String text, double number) {
    assertThat(EmbeddingSpec.number(text)).isEqualTo(number);
  }

  @Test
  void shouldSpreadNamesThatAreCountedOverAllRows() {
    var spec = new EmbeddingSpec("key", 4096, 2);
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      rows.add(spec.row(EmbeddingSpec.number("sensor-" + i)));
    }

    // Of 400 that are drawn at random, 381 differ in the mean.
    assertThat(rows.size()).isBetween(365, 400);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,'rows is 1, expected 2 to 100000'",
    "100001,1,'rows is 100001'",
    "2,0,'size is 0, expected 1 to 256'",
    "2,257,'size is 257'"
  })
  void shouldRefuseATableThatIsNone(int rows, int size, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EmbeddingSpec("region", rows, size))
        .withMessageContaining(message);
  }

  @Test
  void shouldJoinTheObservedCovariatesOnce() {
    var numbers = new CovariateSpec(List.of("load", "region"), List.of("price"));

    CovariateSpec named = numbers.withEmbedding(REGION);
    CovariateSpec keyed = numbers.withEmbedding(new EmbeddingSpec("key", 5, 2));

    assertThat(named.observed()).containsExactly("load", "region");
    assertThat(keyed.observed()).containsExactly("load", "region", "key");
    assertThat(List.of(named.isCategory(0), named.isCategory(1), named.isCategory(2)))
        .containsExactly(false, true, false);
    assertThat(named.hasKey()).isFalse();
    assertThat(List.of(keyed.isKey(1), keyed.isKey(2), keyed.isKey(3)))
        .containsExactly(false, true, false);
  }

  @Test
  void shouldRefuseACategoryThatIsAmbiguousOrKnownAhead() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CovariateSpec.observed("key").withEmbedding(new EmbeddingSpec("key", 5, 2)))
        .withMessageContaining("a covariate is named key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CovariateSpec(List.of(), List.of("region")).withEmbedding(REGION))
        .withMessageContaining("[region, region], expected each of them once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CovariateSpec(List.of("load"), List.of(), REGION))
        .withMessageContaining("eddy.embedding is region, expected one of [load]");
  }

  @Test
  void shouldWriteTheKeyIntoARowAndLeaveTheGivenOne() {
    CovariateSpec keyed =
        new CovariateSpec(List.of("load"), List.of("price"))
            .withEmbedding(new EmbeddingSpec("key", 5, 2));
    byte[] key = {'a'};
    double[] given = {1, Double.NaN, 3, 4};
    double number = EmbeddingSpec.number("a");

    assertThat(keyed.withKey(given, 1, key)).containsExactly(1, number, 3, 4);
    assertThat(given[1]).isNaN();
    assertThat(keyed.withKey(new double[0], 1, key))
        .containsExactly(Double.NaN, number, Double.NaN, Double.NaN);
    assertThat(CovariateSpec.observed("load").withKey(given, 1, key)).isSameAs(given);
  }

  /// A category is no quantity: nothing is made of its number but a row, at each step that of then.
  @Test
  void shouldShowTheNetworkTheRowAndNothingElse() {
    SeriesSpec spec =
        SeriesSpec.naive(0).withCovariates(CovariateSpec.observed("load").withEmbedding(REGION));
    var series = new Series(spec, 9, 3);
    var preparation = new Preparation(spec, 2, 3);
    var plain =
        new Preparation(SeriesSpec.naive(0).withCovariates(CovariateSpec.observed("load")), 2, 3);
    float[] inputs = new float[preparation.inputSize()];
    int at = preparation.recurrentSize() - 1;
    assertThat(preparation.inputSize()).isEqualTo(plain.inputSize() + 1);
    assertThat(preparation.pathSize()).isEqualTo(plain.pathSize());
    assertThat(preparation.categorySize()).isEqualTo(1);
    assertThat(preparation.inputNames()).hasSize(inputs.length);
    assertThat(preparation.inputNames().get(at)).isEqualTo("region");
    float[] rows = new float[4];
    double[] said = {Double.NaN, 2, Double.NaN, 7};

    for (int t = 0; t < 4; t++) {
      series.append(t, t, new double[] {t, said[t]});
      preparation.inputs(series, inputs, 0);
      rows[t] = inputs[at];
    }

    assertThat(rows).containsExactly(0, 3, 3, 4);
    for (int back = 0; back < 4; back++) {
      preparation.recurrentInputs(series, back, inputs, 0);
      assertThat(inputs[at]).isEqualTo(rows[3 - back]);
    }
  }
}
