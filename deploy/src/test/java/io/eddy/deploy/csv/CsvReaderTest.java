package io.eddy.deploy.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReaderTest {
  private static final long HOUR = 3_600_000;
  private static final Columns KEYED = columns("series", "t", "value");

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldReplaySeriesInterleavedByTime() {
    Recording recording =
        read(
            """
            series,t,value
            a,1,10
            a,2,11
            a,3,12
            b,1,20
            b,2,21
            """,
            KEYED);

    assertThat(rows(recording)).containsExactly("a 10.0", "b 20.0", "a 11.0", "b 21.0", "a 12.0");
    assertThat(recording.keys()).containsExactly("a", "b");
    assertThat(recording.time(0)).isEqualTo(HOUR);
    assertThat(recording.time(4)).isEqualTo(3 * HOUR);
    assertThat(recording.medianLength()).isEqualTo(3);
  }

  @Test
  void shouldKeepTheOrderOfRowsOfOneTime() {
    Recording recording = read("series,t,value\nb,1,1\na,1,2\nb,1,3\n", KEYED);

    assertThat(rows(recording)).containsExactly("b 1.0", "a 2.0", "b 3.0");
  }

  @Test
  void shouldReadAFileWithoutKeyAsOneSeriesNamedAfterIt() throws IOException {
    Path file = folder.resolve("air.csv");
    Files.writeString(file, "month,passengers\n1949-01,112\n1949-02,118\n");

    Recording recording = CsvReader.read(file, columns(null, "month", null));

    assertThat(rows(recording)).containsExactly("air 112.0", "air 118.0");
    assertThat(recording.time(0)).isNegative();
  }

  @Test
  void shouldCountRowsOfEachSeriesAsStepsWithoutATime() {
    Recording recording = read("series,value\na,1\nb,2\na,3\n", columns("series", null, "value"));

    assertThat(rows(recording)).containsExactly("a 1.0", "b 2.0", "a 3.0");
    assertThat(recording.time(1)).isEqualTo(HOUR);
    assertThat(recording.time(2)).isEqualTo(2 * HOUR);
  }

  @Test
  void shouldReadGzipByItsContentAndNotItsName() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write("series,t,value\na,1,10\n".getBytes(UTF_8));
    }
    Path file = folder.resolve("no-ending");
    Files.write(file, bytes.toByteArray());

    assertThat(rows(CsvReader.read(file, KEYED))).containsExactly("a 10.0");
  }

  @Test
  void shouldReadSemicolonsByteOrderMarkQuotesAndSpaces() {
    Recording recording = read("\ufeffseries;t;value\n\"a; b\" ; 1 ; 10 \n", KEYED);

    assertThat(rows(recording)).containsExactly("a; b 10.0");
  }

  @Test
  void shouldKeepRowsWhoseValueIsNoNumber() {
    Recording recording = read("series,t,value\na,1,10\na,2,broken\na,3\na,4,NaN\n", KEYED);

    assertThat(recording.size()).isEqualTo(4);
    assertThat(recording.unreadable(0)).isEmpty();
    assertThat(recording.unreadable(1)).contains("broken");
    assertThat(recording.unreadable(2)).contains("");
    assertThat(recording.unreadable(3)).isEmpty(); // a number to Java; the stream refuses it
    assertThat(recording.unreadableRows()).isEqualTo(2);
    assertThat(recording.complaints()).first().isEqualTo("row 2: value \"broken\" is not a number");
  }

  @Test
  void shouldReadWhatComesWithTheValues() {
    var columns = withCovariates("temperature", "open");

    Recording recording =
        read(
            "series,t,value,open,temperature\na,2,10,TRUE,21.5\na,1,11,false,\nb,3,12,1\n",
            columns);

    assertThat(rows(recording)).containsExactly("a 11.0", "a 10.0", "b 12.0");
    assertThat(recording.covariates().observed()).containsExactly("temperature", "open");
    assertThat(recording.covariates(0, 3)).containsExactly(Double.NaN, 0);
    assertThat(recording.covariates(1, 3)).containsExactly(21.5, 1);
    assertThat(recording.covariates(2, 3)).containsExactly(Double.NaN, 1);
    assertThat(recording.unreadableRows()).isZero();
  }

  @Test
  void shouldKeepRowsWhoseCovariateIsNoNumber() {
    Recording recording = read("series,t,value,x\na,1,10,warm\na,2,11,3\n", withCovariates("x"));

    assertThat(recording.unreadable(0)).contains("warm");
    assertThat(recording.value(0)).isNaN();
    assertThat(recording.covariates(1, 1)).containsExactly(3);
    assertThat(recording.complaints()).containsExactly("row 1: x \"warm\" is not a number");
  }

  @Test
  void shouldNotTakeACovariateForTheOnlyOtherColumn() {
    var columns =
        new Columns(
            Optional.empty(),
            Optional.of("t"),
            Optional.empty(),
            Optional.empty(),
            CovariateSpec.observed("x"));

    assertThat(read("t,x,y\n1,2,3\n", columns).value(0)).isEqualTo(3);
  }

  @Test
  void shouldKnowAheadWhatTheFollowingRowsOfTheSeriesSay() {
    var columns =
        new Columns(
            Optional.of("series"),
            Optional.of("t"),
            Optional.of("value"),
            Optional.empty(),
            new CovariateSpec(List.of("x"), List.of("price")));

    Recording recording =
        read("series,t,value,price,x\na,1,0,10,1\nb,2,0,7,2\na,4,0,30,3\na,3,0,20,4\n", columns);

    assertThat(recording.covariates(0, 2)).containsExactly(1, 10, 20, 30);
    assertThat(recording.covariates(1, 2)).containsExactly(2, 7, 7, 7);
    assertThat(recording.covariates(2, 2)).containsExactly(4, 20, 30, 30);
    assertThat(recording.covariates(3, 1)).containsExactly(3, 30, 30);
  }

  @Test
  void shouldReadACategoryOfTextsAndNumbers() {
    var region = CovariateSpec.observed("x").withEmbedding(new EmbeddingSpec("region", 2, 1));
    var columns =
        new Columns(
            Optional.of("series"), Optional.of("t"), Optional.empty(), Optional.empty(), region);

    Recording recording =
        read("series,t,value,region,x\na,1,0,north,1\na,2,0,7,2\na,3,0,,3\n", columns);

    assertThat(recording.covariates(0, 1)).containsExactly(1, EmbeddingSpec.number("north"));
    assertThat(recording.covariates(1, 1)).containsExactly(2, 7);
    assertThat(recording.covariates(2, 1)).containsExactly(3, Double.NaN);
    assertThat(recording.unreadableRows()).isZero();
  }

  /// Whoever forecasts knows the key; a column of that name is another.
  @Test
  void shouldLeaveThePlaceOfTheKeyToWhoeverForecasts() {
    var keyed = CovariateSpec.observed("x").withEmbedding(new EmbeddingSpec("key", 2, 1));
    var columns =
        new Columns(
            Optional.of("series"), Optional.of("t"), Optional.of("value"), Optional.empty(), keyed);

    Recording recording = read("series,t,value,key,x\na,1,0,north,1\n", columns);

    assertThat(recording.covariates(0, 1)).containsExactly(1, Double.NaN);
  }

  private static Columns withCovariates(String... names) {
    return new Columns(
        Optional.of("series"),
        Optional.of("t"),
        Optional.of("value"),
        Optional.empty(),
        CovariateSpec.observed(names));
  }

  @Test
  void shouldNameTheColumnsThatThereAreWhenOneIsMissing() {
    assertThatThrownBy(() -> read("series,t,value\na,1,10\n", columns("serie", "t", "value")))
        .isInstanceOf(CsvException.class)
        .hasMessage(
            "test.csv has no column \"serie\" (asked for by --key); its columns are: series, t,"
                + " value");
  }

  @Test
  void shouldAskForTheValueColumnWhenSeveralAreLeft() {
    assertThatThrownBy(() -> read("t,x,y\n1,2,3\n", columns(null, "t", null)))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("--value")
        .hasMessageContaining("t, x, y");
  }

  @Test
  void shouldNameTheRowOfATimeThatCannotBeRead() {
    assertThatThrownBy(() -> read("series,t,value\na,2024-01-01,1\na,soon,2\n", KEYED))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("row 2")
        .hasMessageContaining("\"soon\"")
        .hasMessageContaining("ISO date")
        .hasMessageContaining("--time-format");
  }

  @Test
  void shouldSayWhenThereIsNoFile() {
    assertThatThrownBy(() -> CsvReader.read(folder.resolve("none.csv"), KEYED))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> CsvReader.read(folder, KEYED))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void shouldRefuseEmptyFilesAndFilesWithoutRows() {
    assertThatThrownBy(() -> read("", KEYED)).hasMessageContaining("is empty");
    assertThatThrownBy(() -> read("series,t,value\n", KEYED)).hasMessageContaining("no rows");
  }

  @Test
  void shouldRefuseGzipThatIsCutOff() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write("series,t,value\na,1,10\n".repeat(100).getBytes(UTF_8));
    }
    Path file = folder.resolve("cut.csv.gz");
    Files.write(file, Arrays.copyOf(bytes.toByteArray(), 30));

    assertThatThrownBy(() -> CsvReader.read(file, KEYED))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("cut.csv.gz");
  }

  @Test
  void shouldReadManyRowsInOrder() {
    var csv = new StringBuilder("series,t,value\n");
    IntStream.range(0, 5000)
        .forEach(i -> csv.append("k,").append(5000 - i).append(',').append(i).append('\n'));

    Recording recording = read(csv.toString(), KEYED);

    assertThat(recording.value(0)).isEqualTo(4999);
    assertThat(recording.value(4999)).isZero();
  }

  private static Recording read(String csv, Columns columns) {
    return CsvReader.read("test.csv", new ByteArrayInputStream(csv.getBytes(UTF_8)), columns);
  }

  private static List<String> rows(Recording recording) {
    return IntStream.range(0, recording.size())
        .mapToObj(row -> recording.key(row) + " " + recording.value(row))
        .toList();
  }

  private static Columns columns(
      @Nullable String key, @Nullable String time, @Nullable String value) {
    return new Columns(
        Optional.ofNullable(key),
        Optional.ofNullable(time),
        Optional.ofNullable(value),
        Optional.empty());
  }
}
