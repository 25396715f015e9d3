package io.eddy.processors.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.processors.training.TextExample;
import io.eddy.processors.training.VectorExample;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleStateCodecTest {

  private static final TextExample EXAMPLE = new TextExample("buy 😀", List.of("O", "B-x"), "buy");

  /// Of the first release that kept labels and tags.
  private static final String STATE =
      "01737d1c493efdbcf700000000000000020000000000000000000000000000000000000000000000"
          + "000000002a0000000100000000000003e80000000862757920f09f98800000000362757900000002000000014f00000003422d78";

  private static final String WINDOW =
      "0000000862757920f09f98800000000362757900000002000000014f00000003422d78";

  @Test
  void shouldReadTheStateOfAKeyThatAnEarlierReleaseWrote() {
    var codec = new ExampleStateCodec<>(TextExample.ANNOTATIONS);

    ExampleState<TextExample> state = codec.decode(HexFormat.of().parseHex(STATE));

    assertThat(state.messages()).isEqualTo(2);
    assertThat(state.hasRead(0, 42)).isTrue();
    assertThat(state.hasRead(0, 43)).isFalse();
    assertThat(state.open()).containsExactly(EXAMPLE);
    assertThat(HexFormat.of().formatHex(codec.encode(state))).isEqualTo(STATE);
  }

  @Test
  void shouldReadAWindowThatAnEarlierReleaseWrote() {
    ByteBuffer window = ByteBuffer.wrap(HexFormat.of().parseHex(WINDOW));

    assertThat(TextExample.ANNOTATIONS.decode(window)).containsExactly(EXAMPLE);
  }

  @Test
  void shouldKeepVectorsToTheBit() {
    float[][] vectors = {{1.5f, -0f, Float.MIN_VALUE}, {0.1f, 3e38f, 2}};
    ExampleFormat<VectorExample> format = VectorExample.FORMAT;

    byte[] bytes =
        format.encode(List.of(new VectorExample(vectors, "a 😀"), new VectorExample(vectors, "")));
    List<VectorExample> read = format.decode(ByteBuffer.wrap(bytes));

    assertThat(read).extracting(VectorExample::caption).containsExactly("a 😀", "");
    assertThat(read.getFirst().vectors()).isDeepEqualTo(vectors);
    assertThat(format.encode(read)).isEqualTo(bytes);
    for (int length = 1; length < bytes.length / 2; length++) {
      ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
      assertThatThrownBy(() -> format.decode(cut)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldRefuseTheStateOfAnotherJob() {
    byte[] labels = HexFormat.of().parseHex(STATE);

    assertThatThrownBy(() -> new ExampleStateCodec<>(TextExample.TRANSLATIONS).decode(labels))
        .isInstanceOf(UnreadableStateException.class);
    assertThatThrownBy(() -> new ExampleStateCodec<>(VectorExample.FORMAT).decode(labels))
        .isInstanceOf(UnreadableStateException.class);
  }
}
