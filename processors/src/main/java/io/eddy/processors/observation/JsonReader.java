package io.eddy.processors.observation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// A JSON object with the value and, if they are named, the time and covariates in fields of it.
///
/// Reads token by token and makes no tree: a wide object costs no more than its bytes. Only a
/// rejected one is read a second time, for the names of its fields. Where a name stands twice, the
/// last one counts, as JSON parsers use to do.
final class JsonReader implements ObservationDecoder.ValueReader {
  /// The byte 0 and a schema id, before what a JSON Schema serializer writes.
  private static final int SCHEMA_ID_BYTES = 5;

  /// A field of nested objects is listed in messages down to here.
  private static final int LISTED_DEPTH = 3;

  private static final int VALUE = 0;
  private static final int TIME = 1;
  private static final int COVARIATES = 2;

  /// In no row.
  private static final int BEYOND = -1;

  private final JsonFactory factory = new JsonFactory();
  private final String[][] paths; // of the value, of the time, of each covariate
  private final String[] valuePath;
  private final String[] timePath; // empty if the record's timestamp is the time
  private final CovariateSpec covariateSpec;
  private final int horizon;
  private final ObservationDecoder.Found found;

  // What the current record has shown so far; one record at a time.
  private @Nullable JsonToken valueToken;
  private double value;
  private String valueText = "";
  private @Nullable JsonToken timeToken;
  private OptionalLong time = OptionalLong.empty();
  private String timeText = "";
  private double[] covariates = {};
  private final Decoded.@Nullable Rejected[] wrongCovariates;

  JsonReader(ProcessorsConfig config, ObservationDecoder.Found found) {
    this.valuePath = split(config.valueField());
    this.timePath = config.timeField().map(JsonReader::split).orElse(new String[0]);
    this.covariateSpec = config.forecasterSpec().series().covariates();
    this.horizon = config.forecasterSpec().horizon();
    this.paths = new String[COVARIATES + covariateSpec.count()][];
    paths[VALUE] = valuePath;
    paths[TIME] = timePath;
    for (int c = 0; c < covariateSpec.count(); c++) {
      // No field is at an empty path: the key is none.
      paths[COVARIATES + c] = covariateSpec.isKey(c) ? new String[0] : split(covariateSpec.name(c));
    }
    this.wrongCovariates = new Decoded.Rejected[covariateSpec.count()];
    this.found = found;
  }

  private static String[] split(String path) {
    return path.split("\\.", -1);
  }

  @Override
  public Decoded read(byte[] bytes, Headers headers, long recordTimestamp) {
    valueToken = null;
    timeToken = null;
    covariates = new double[covariateSpec.rowSize(horizon)];
    Arrays.fill(covariates, Double.NaN);
    Arrays.fill(wrongCovariates, null);
    try (JsonParser parser = parser(bytes)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        return malformed("the value is " + kind(first));
      }
      readObject(parser, -1L, 0);
      if (parser.nextToken() != null) {
        return malformed("something follows the JSON object");
      }
    } catch (JsonProcessingException e) {
      return malformed("the value is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      return malformed("the value cannot be read: " + e.getMessage());
    }
    return judge(bytes, recordTimestamp);
  }

  /// Reads the object whose start was just read, up to its end.
  ///
  /// @param on one bit for each path that leads through this object
  private void readObject(JsonParser parser, long on, int depth) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      long towards = 0;
      for (int i = 0; i < paths.length; i++) {
        String[] path = paths[i];
        if ((on >> i & 1) != 0 && depth < path.length && name.equals(path[depth])) {
          if (depth == path.length - 1) {
            take(i, parser, token);
          }
          towards |= 1L << i;
        }
      }
      if (token == JsonToken.START_OBJECT && towards != 0) {
        readObject(parser, towards, depth + 1);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void take(int path, JsonParser parser, JsonToken token) throws IOException {
    switch (path) {
      case VALUE -> takeValue(parser, token);
      case TIME -> takeTime(parser, token);
      default -> takeCovariate(path - COVARIATES, parser, token);
    }
  }

  private void takeCovariate(int covariate, JsonParser parser, JsonToken token) throws IOException {
    wrongCovariates[covariate] = null;
    int offset = covariateSpec.offset(covariate, horizon);
    if (!covariateSpec.isKnown(covariate)) {
      takeNumber(covariate, parser, token, offset);
      return;
    }
    int given = 1;
    if (token == JsonToken.START_ARRAY) {
      given = 0;
      for (JsonToken one = parser.nextToken();
          one != JsonToken.END_ARRAY;
          one = parser.nextToken()) {
        // What lies beyond the horizon is looked at as well, so that a mistake does not wait there.
        takeNumber(covariate, parser, one, given <= horizon ? offset + given : BEYOND);
        parser.skipChildren();
        given++;
      }
    } else {
      takeNumber(covariate, parser, token, offset);
    }
    if (given == 0) {
      Arrays.fill(covariates, offset, offset + 1 + horizon, Double.NaN);
    } else {
      covariateSpec.prolong(covariates, covariate, Math.min(given, 1 + horizon), horizon);
    }
  }

  /// Takes one number of a covariate, or notes why it is none.
  ///
  /// @param at where in the row it belongs
  private void takeNumber(int covariate, JsonParser parser, JsonToken token, int at)
      throws IOException {
    double number = Double.NaN;
    if (token.isNumeric()) {
      number = parser.getDoubleValue();
    } else if (token.isBoolean()) {
      number = token == JsonToken.VALUE_TRUE ? 1 : 0;
    } else if (token == JsonToken.VALUE_STRING && covariateSpec.isCategory(covariate)) {
      number = EmbeddingSpec.number(parser.getText());
    } else if (token != JsonToken.VALUE_NULL) {
      String text = token == JsonToken.VALUE_STRING ? parser.getText() : "";
      wrongCovariates[covariate] =
          new Decoded.Rejected(
              Reason.WRONG_TYPE,
              field(paths[COVARIATES + covariate])
                  + " is or holds "
                  + shown(token, text)
                  + ", expected a number, true or false"
                  + (covariateSpec.isKnown(covariate) ? ", or an array of them" : ""));
    }
    if (at != BEYOND) {
      covariates[at] = number;
    }
  }

  private void takeValue(JsonParser parser, JsonToken token) throws IOException {
    valueToken = token;
    if (token.isNumeric()) {
      value = parser.getDoubleValue();
    } else if (token == JsonToken.VALUE_STRING) {
      valueText = parser.getText();
    }
  }

  private void takeTime(JsonParser parser, JsonToken token) throws IOException {
    timeToken = token;
    time = OptionalLong.empty();
    if (token.isNumeric()) {
      // A long keeps every digit; what has a fraction or does not fit is taken as a double, which
      // saturates and is then out of range.
      time =
          token == JsonToken.VALUE_NUMBER_INT
                  && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              ? OptionalLong.of(parser.getLongValue())
              : OptionalLong.of((long) Math.floor(parser.getDoubleValue()));
    } else if (token == JsonToken.VALUE_STRING) {
      timeText = parser.getText();
      time = TimeText.parse(timeText);
    }
  }

  private Decoded judge(byte[] bytes, long recordTimestamp) {
    JsonToken valueSeen = valueToken;
    if (valueSeen == null) {
      return missing(null, valuePath, ProcessorsConfig.INPUT_VALUE_FIELD, bytes);
    }
    if (valueSeen != JsonToken.VALUE_NULL && !valueSeen.isNumeric()) {
      return new Decoded.Rejected(
          Reason.WRONG_TYPE,
          field(valuePath) + " is " + shown(valueSeen, valueText) + ", expected a number or null");
    }
    for (Decoded.@Nullable Rejected wrong : wrongCovariates) {
      if (wrong != null) {
        return wrong;
      }
    }
    if (timePath.length == 0) {
      return found(recordTimestamp, recordTimestamp);
    }
    JsonToken timeSeen = timeToken;
    if (timeSeen == null || timeSeen == JsonToken.VALUE_NULL) {
      return missing(timeSeen, timePath, ProcessorsConfig.INPUT_TIME_FIELD, bytes);
    }
    if (time.isEmpty()) {
      return new Decoded.Rejected(
          Reason.WRONG_TYPE,
          field(timePath)
              + " is "
              + shown(timeSeen, timeText)
              + ", expected epoch milliseconds or ISO 8601 text");
    }
    return found(time.getAsLong(), recordTimestamp);
  }

  private Decoded found(long timeMillis, long recordTimestamp) {
    return valueToken == JsonToken.VALUE_NULL
        ? found.missing(timeMillis, covariates, recordTimestamp)
        : found.observation(timeMillis, value, covariates, recordTimestamp);
  }

  private Decoded missing(@Nullable JsonToken seen, String[] path, String key, byte[] bytes) {
    return new Decoded.Rejected(
        Reason.MISSING_FIELD,
        seen == null
            ? "the object has no "
                + field(path)
                + "; "
                + Shown.names(fields(bytes))
                + "; name the right one in "
                + key
            : field(path) + " is null, expected a value");
  }

  private List<String> fields(byte[] bytes) {
    List<String> names = new ArrayList<>();
    try (JsonParser parser = parser(bytes)) {
      parser.nextToken();
      list(parser, "", 1, names);
    } catch (IOException e) {
      // It was read to its end once: what is listed so far will do.
      return names;
    }
    return names;
  }

  private static void list(JsonParser parser, String prefix, int depth, List<String> names)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = prefix + parser.currentName();
      if (parser.nextToken() == JsonToken.START_OBJECT && depth < LISTED_DEPTH) {
        list(parser, name + ".", depth + 1, names);
      } else {
        names.add(name);
        parser.skipChildren();
      }
    }
  }

  private JsonParser parser(byte[] bytes) throws IOException {
    int start = bytes.length > SCHEMA_ID_BYTES && bytes[0] == 0 ? SCHEMA_ID_BYTES : 0;
    return factory.createParser(bytes, start, bytes.length - start);
  }

  private static String field(String[] path) {
    return "field " + Shown.text(String.join(".", path));
  }

  private static String shown(JsonToken token, String text) {
    return token == JsonToken.VALUE_STRING ? "the text " + Shown.text(text) : kind(token);
  }

  private static String kind(@Nullable JsonToken token) {
    return switch (token) {
      case null -> "empty";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT -> "unfinished";
    };
  }

  private static Decoded malformed(String what) {
    return new Decoded.Rejected(Reason.MALFORMED, what + ", expected one JSON object");
  }
}
