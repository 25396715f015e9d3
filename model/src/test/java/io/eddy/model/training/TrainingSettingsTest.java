package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSettingsTest {

  @Test
  void shouldHaveDefaultsThatAreAllowed() {
    assertThatNoException().isThrownBy(TrainingSettings::defaults);
  }

  @ParameterizedTest
  @CsvSource({
    "0,1,1,1,1,0.1,1,0.2,truncation is 0",
    "1,0,1,1,1,0.1,1,0.2,batch size is 0",
    "1,1,0,1,1,0.1,1,0.2,epochs is 0",
    "1,1,1,0,1,0.1,1,0.2,updates is 0",
    "1,1,1,1,0,0.1,1,0.2,patience is 0",
    "1,1,1,1,1,0,1,0.2,learning rate is 0.0",
    "1,1,1,1,1,1,1,0.2,learning rate is 1.0",
    "1,1,1,1,1,NaN,1,0.2,learning rate is NaN",
    "1,1,1,1,1,0.1,0,0.2,clip norm is 0.0",
    "1,1,1,1,1,0.1,NaN,0.2,clip norm is NaN",
    "1,1,1,1,1,0.1,1,0,validation share is 0.0",
    "1,1,1,1,1,0.1,1,1,validation share is 1.0"
  })
  void shouldRefuseWhatNoTrainingCanRunWith(
      int truncation,
      int batchSize,
      int epochs,
      int updates,
      int patience,
      double rate,
      double clipNorm,
      double share,
      String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TrainingSettings(
                    truncation, batchSize, epochs, updates, patience, rate, clipNorm, share, 1))
        .withMessageContaining(message)
        .withMessageContaining("expected");
  }
}
