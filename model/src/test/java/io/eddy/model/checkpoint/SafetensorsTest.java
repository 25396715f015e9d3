package io.eddy.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

  @Test
  void shouldWriteTheFormatByteForByte() {
    var file =
        new Safetensors(
            Map.of("origin", "a \"test\"\n"),
            Map.of(
                "b", new Safetensors.Tensor(new int[] {1, 2}, new float[] {1, -2}),
                "a", new Safetensors.Tensor(new int[] {1}, new float[] {0.5f})));

    byte[] bytes = file.toBytes();

    String header =
        "{\"__metadata__\":{\"origin\":\"a \\\"test\\\"\\u000a\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getLong()).isEqualTo(padded);
    byte[] text = new byte[padded];
    in.get(text);
    assertThat(new String(text, StandardCharsets.UTF_8))
        .isEqualTo(header + " ".repeat(padded - header.length()));
    assertThat(in.getFloat()).isEqualTo(0.5f);
    assertThat(in.getFloat()).isEqualTo(1);
    assertThat(in.getFloat()).isEqualTo(-2);
    assertThat(in.hasRemaining()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "\"quoted\" \\ / {[,:]}",
        "line\r\n\ttab\b\f\0\u001f",
        "Ümläut € 漢字 🌀",
        "{\"dtype\":\"F32\"}"
      })
  void shouldReadBackAnyText(String text) {
    var file =
        new Safetensors(
            Map.of("key " + text, text),
            Map.of("name " + text, new Safetensors.Tensor(new int[] {1}, new float[] {3})));

    byte[] bytes = file.toBytes();
    Safetensors read = Safetensors.fromBytes(bytes);

    String header = new String(bytes, 8, bytes.length - 12, StandardCharsets.UTF_8);
    assertThat(header.chars()).as("no bare control character, says JSON").allMatch(c -> c >= 0x20);
    assertThat(read.metadata()).isEqualTo(Map.of("key " + text, text));
    assertThat(read.tensors()).containsOnlyKeys("name " + text);
    assertThat(read.toBytes()).isEqualTo(file.toBytes());
  }

  @Test
  void shouldReadBackEveryFloatBitForBit() {
    float[] values = {
      0,
      -0f,
      Float.MIN_VALUE,
      Float.MAX_VALUE,
      1 / 3f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    var file =
        new Safetensors(Map.of(), Map.of("x", new Safetensors.Tensor(new int[] {2, 2, 2}, values)));

    Safetensors.Tensor read = tensor(Safetensors.fromBytes(file.toBytes()), "x");

    assertThat(read.shape()).containsExactly(2, 2, 2);
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.floatToRawIntBits(read.values()[i]))
          .isEqualTo(Float.floatToRawIntBits(values[i]));
    }
  }

  @Test
  void shouldReadWhatOtherWritersWrite() {
    // No metadata, members in another order, blanks, escapes, a scalar, an empty tensor, tensors
    // not in the order of their names.
    byte[] bytes =
        file(
            " {\n\t\"z\\u002f\\/\" : { \"data_offsets\" : [ 0 , 8 ] , \"shape\" : [ 2 ] ,"
                + " \"dtype\" : \"F32\" } ,\r\n\"scalar\":{\"dtype\":\"F32\",\"shape\":[],"
                + "\"data_offsets\":[8,12]},\"empty\":{\"dtype\":\"F32\",\"shape\":[3,0],"
                + "\"data_offsets\":[12,12]}}   ",
            1,
            2,
            3);

    Safetensors read = Safetensors.fromBytes(bytes);

    assertThat(read.metadata()).isEmpty();
    assertThat(read.tensors()).containsOnlyKeys("z//", "scalar", "empty");
    assertThat(tensor(read, "z//").values()).containsExactly(1, 2);
    assertThat(tensor(read, "scalar").values()).containsExactly(3);
    assertThat(tensor(read, "scalar").shape()).isEmpty();
    assertThat(tensor(read, "empty").shape()).containsExactly(3, 0);
  }

  @Test
  void shouldNotDependOnTheOrderThatItIsGiven() {
    Map<String, Safetensors.Tensor> one = new LinkedHashMap<>();
    Map<String, Safetensors.Tensor> other = new LinkedHashMap<>();
    for (int i = 0; i < 9; i++) {
      one.put("t" + i, new Safetensors.Tensor(new int[] {1}, new float[] {i}));
      int j = 8 - i;
      other.put("t" + j, new Safetensors.Tensor(new int[] {1}, new float[] {j}));
    }

    assertThat(new Safetensors(Map.of(), one).toBytes())
        .isEqualTo(new Safetensors(Map.of(), other).toBytes());
  }

  @Test
  void shouldRefuseATensorWhoseValuesDoNotFillItsShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Safetensors.Tensor(new int[] {2, 3}, new float[5]))
        .withMessageContaining("[2, 3]")
        .withMessageContaining("5 values");
  }

  static Stream<Arguments> brokenHeaders() {
    return Stream.of(
        Arguments.of("", "header of 0 bytes"),
        Arguments.of("{ ", "expected more"),
        Arguments.of("[]", "expected '{'"),
        Arguments.of("null", "expected '{'"),
        Arguments.of("{}}", "expected the end"),
        Arguments.of("{} x", "expected the end"),
        Arguments.of("{\"a\"}", "expected ':'"),
        Arguments.of("{a:1}", "expected '\"'"),
        Arguments.of("{\"a", "expected more"),
        Arguments.of("{\"a\\", "expected more"),
        Arguments.of("{\"a\\x\":1}", "expected an escape"),
        Arguments.of("{\"a\\u12g4\":1}", "hexadecimal"),
        Arguments.of("{\"a\":1}", "expected '{'"),
        Arguments.of("{\"a\":{}}", "one dtype, one shape and two data_offsets"),
        Arguments.of("{\"a\":{\"dtype\":1}}", "expected '\"'"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "two data_offsets"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}",
            "one dtype, one shape and two data_offsets"),
        Arguments.of("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "dtype"),
        Arguments.of(tensor("[1]", "[0]"), "two data_offsets"),
        Arguments.of(tensor("[1]", "[0,4,8]"), "two data_offsets"),
        Arguments.of(tensor("[1]", "[]"), "two data_offsets"),
        Arguments.of(tensor("[1", "[0,4]"), "expected"),
        Arguments.of(tensor("[1,]", "[0,4]"), "whole number"),
        Arguments.of(tensor("[1.5]", "[0,4]"), "',' or ']'"),
        Arguments.of(tensor("[-1]", "[0,4]"), "whole number"),
        Arguments.of(tensor("[1e3]", "[0,4]"), "',' or ']'"),
        Arguments.of(tensor("[\"1\"]", "[0,4]"), "whole number"),
        Arguments.of(tensor("[9999999999999999999]", "[0,4]"), "whole number"),
        Arguments.of(tensor("1", "[0,4]"), "expected '['"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}",
            "expected dtype, shape or data_offsets"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}",
            "one shape"),
        Arguments.of(
            "{" + member("a", "[1]", "[0,4]") + "," + member("a", "[1]", "[0,4]") + "}",
            "two tensors named a"),
        Arguments.of("{" + member("a", "[1]", "[0,4]") + ",}", "expected '\"'"),
        Arguments.of("{" + member("a", "[1]", "[0,4]"), "expected more"),
        Arguments.of("{" + member("a", "[1]", "[0,4]") + "]", "',' or '}'"),
        Arguments.of("{\"__metadata__\":{\"a\":1}}", "expected '\"'"),
        Arguments.of("{\"__metadata__\":[]}", "expected '{'"));
  }

  @ParameterizedTest
  @MethodSource("brokenHeaders")
  void shouldSayWhatIsWrongWithAHeader(String header, String what) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(file(header, 1, 2, 3)))
        .withMessageContaining(what);
  }

  static Stream<Arguments> brokenTensors() {
    return Stream.of(
        Arguments.of("[1]", "[0,16]"),
        Arguments.of("[4]", "[0,16]"),
        Arguments.of("[1]", "[12,16]"),
        Arguments.of("[1]", "[16,20]"),
        Arguments.of("[1]", "[8,4]"),
        Arguments.of("[0]", "[16,16]"),
        Arguments.of("[1]", "[0,8]"),
        Arguments.of("[3]", "[0,8]"),
        Arguments.of("[]", "[0,8]"),
        Arguments.of("[1,2]", "[0,4]"),
        Arguments.of("[2]", "[1000000000000,1000000000008]"),
        Arguments.of("[4294967298]", "[0,8]"),
        Arguments.of("[999999999999999999]", "[0,8]"),
        // Products that a long cannot hold, one of which is 0 when it wraps round.
        Arguments.of("[2147483647,2147483647,2147483647]", "[0,4]"),
        Arguments.of("[1073741824,1073741824,4]", "[0,0]"),
        Arguments.of("[1073741824,1073741824,16]", "[0,0]"),
        Arguments.of("[2147483647,2147483647,2147483647,0]", "[0,4]"));
  }

  @ParameterizedTest
  @MethodSource("brokenTensors")
  void shouldRefuseATensorThatDoesNotFitTheFile(String shape, String offsets) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(file(tensor(shape, offsets), 1, 2, 3)))
        .withMessageContaining("tensor a ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "U64", "C64", "f32", ""})
  void shouldNameTheTypeThatItDoesNotRead(String type) {
    String header = "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":[1],\"data_offsets\":[0,4]}}";

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(file(header, 1)))
        .withMessageStartingWith("tensor a has type " + type + ", expected one of [F32, F16");
  }

  static Stream<Arguments> otherTypes() {
    return Stream.of(
        // Half precision: 1, -2, the smallest subnormal, the largest, infinity.
        Arguments.of(
            "F16",
            "003c 00c0 0100 ff7b 007c",
            new float[] {1, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY}),
        Arguments.of("BF16", "803f 00c0 4940", new float[] {1, -2, 3.140625f}),
        Arguments.of(
            "F64",
            "000000000000f03f 9a9999999999b93f 000000000000f07f",
            new float[] {1, 0.1f, Float.POSITIVE_INFINITY}),
        Arguments.of("I64", "0700000000000000 ffffffffffffffff", new float[] {7, -1}),
        Arguments.of("I32", "07000000 00000080", new float[] {7, -0x1p31f}),
        Arguments.of("I16", "0700 ffff", new float[] {7, -1}),
        Arguments.of("I8", "07 ff", new float[] {7, -1}),
        Arguments.of("U8", "07 ff", new float[] {7, 255}),
        Arguments.of("BOOL", "00 01", new float[] {0, 1}));
  }

  @ParameterizedTest
  @MethodSource("otherTypes")
  void shouldTurnOtherTypesIntoFloats(String type, String hexadecimal, float[] values) {
    byte[] data = HexFormat.of().parseHex(hexadecimal.replace(" ", ""));

    Safetensors read = Safetensors.fromBytes(file(type, values.length, data));

    assertThat(tensor(read, "a").values()).containsExactly(values);
    assertThat(read.typeInFile("a")).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "F64, 0000000000002048, 0x1p129 is beyond",
    "I64, 0100000100000000, 16777217",
    "I64, ffffffffffffff7f, 9223372036854775807",
    "I32, 01000001, 16777217"
  })
  void shouldRefuseAValueThatNoFloatIs(String type, String hexadecimal, String what) {
    byte[] data = HexFormat.of().parseHex(hexadecimal);

    assertThatExceptionOfType(CheckpointException.class)
        .as(what)
        .isThrownBy(() -> Safetensors.fromBytes(file(type, 1, data)))
        .withMessageStartingWith("tensor a of type " + type + " holds ")
        .withMessageEndingWith("which no float32 is");
  }

  static Stream<Arguments> untidyFiles() {
    return Stream.of(
        // a gap before the first, a gap between, an overlap, the same twice, bytes behind the last
        Arguments.of("{" + member("a", "[2]", "[4,12]") + "}", "tensor a begins at 4"),
        Arguments.of(
            "{" + member("a", "[1]", "[0,4]") + "," + member("b", "[1]", "[8,12]") + "}",
            "tensor b begins at 8, but tensor a ends at 4"),
        Arguments.of(
            "{" + member("a", "[2]", "[0,8]") + "," + member("b", "[2]", "[4,12]") + "}",
            "tensor b begins at 4, but tensor a ends at 8"),
        Arguments.of(
            "{" + member("a", "[3]", "[0,12]") + "," + member("b", "[3]", "[0,12]") + "}",
            "tensor b begins at 0, but tensor a ends at 12"),
        Arguments.of(
            "{" + member("a", "[2]", "[0,8]") + "}",
            "tensor a ends at 8, but the file has 12 bytes of data"),
        Arguments.of("{}", "the header ends at 0, but the file has 12 bytes of data"));
  }

  @ParameterizedTest
  @MethodSource("untidyFiles")
  void shouldRefuseGapsAndOverlaps(String header, String what) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(file(header, 1, 2, 3)))
        .withMessageContaining(what);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void shouldRefuseAFileTooShortForALength(int size) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(new byte[size]))
        .withMessageContaining("at least 8 bytes")
        .withMessageContaining("this has " + size);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 1, 9, 1000, 100_000_001, Long.MAX_VALUE})
  void shouldRefuseALengthThatTheFileDoesNotHave(long length) {
    byte[] bytes = new byte[16];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Safetensors.fromBytes(bytes))
        .withMessageContaining("header of " + length + " bytes")
        .withMessageContaining("the file has 16");
  }

  @Test
  void shouldRefuseAFileThatWasCutOffAnywhere() {
    byte[] bytes =
        new Safetensors(
                Map.of("a", "b"),
                Map.of(
                    "x", new Safetensors.Tensor(new int[] {3}, new float[3]),
                    "y", new Safetensors.Tensor(new int[] {2}, new float[2])))
            .toBytes();

    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(CheckpointException.class)
          .as("%d of %d bytes", length, bytes.length)
          .isThrownBy(() -> Safetensors.fromBytes(cut));
    }
  }

  private static Safetensors.Tensor tensor(Safetensors file, String name) {
    Safetensors.Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new AssertionError("no tensor " + name + " in " + file.tensors().keySet());
    }
    return tensor;
  }

  private static String tensor(String shape, String offsets) {
    return "{" + member("a", shape, offsets) + "}";
  }

  private static String member(String name, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, shape, offsets);
  }

  private static byte[] file(String type, int size, byte[] data) {
    byte[] text =
        "{\"a\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(type, size, data.length)
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  private static byte[] file(String header, float... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + text.length + 4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(text.length).put(text);
    for (float value : data) {
      out.putFloat(value);
    }
    return out.array();
  }
}
