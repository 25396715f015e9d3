package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.distribution.StudentTDistribution;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudentTQuantilesTest {

  private static final double[] LEVELS = {0.0005, 0.01, 0.05, 0.3, 0.5, 0.7, 0.95, 0.99, 0.9999};

  @Test
  void shouldLieWithinRoundingOfTheDistributionForAllDegreesOfFreedom() {
    int count = 400;
    var builder = new ProgramBuilder();
    Value degrees = builder.input("degrees", count);
    Value location = builder.input("location", count);
    Value scale = builder.input("scale", count);
    Value out = StudentTQuantiles.of(builder, degrees, location, scale, LEVELS);
    var stepper = new Stepper(builder.build(), Parameters.zeros(List.of()), 1, Kernels.best());
    Rows nu = stepper.rows(degrees);
    for (int i = 0; i < count; i++) {
      // Evenly in 1/ν, from 2 to infinity.
      nu.values()[nu.at(0) + i] = i == 0 ? Float.POSITIVE_INFINITY : 2f * (count - 1) / i;
      stepper.rows(scale).values()[stepper.rows(scale).at(0) + i] = 1;
    }

    stepper.step();

    Rows rows = stepper.rows(out);
    for (int i = 1; i < count; i++) {
      for (int q = 0; q < LEVELS.length; q++) {
        double expected = StudentTDistribution.quantile(LEVELS[q], nu.values()[nu.at(0) + i]);
        assertThat((double) rows.values()[rows.at(0) + q * count + i])
            .as("level %s, ν %s", LEVELS[q], nu.values()[nu.at(0) + i])
            .isCloseTo(expected, within(1e-9 + 3e-7 * Math.abs(expected)));
      }
    }
  }
}
