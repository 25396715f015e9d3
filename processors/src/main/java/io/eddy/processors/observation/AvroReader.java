package io.eddy.processors.observation;

import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// Any Avro record with the value, the time and covariates in fields of it, also of nested records.
///
/// Where the path leads is looked up in each record, since unions may hold a different record each
/// time; what a field's type means is worked out once per schema.
final class AvroReader implements ObservationDecoder.ValueReader {
  private static final String USUAL_TIME_FIELD = "time";
  private static final int LISTED_DEPTH = 3;

  /// Schemas are few and cached by their id. The bound only guards against a flood of ids.
  private static final int PLANS_MAX = 1000;

  private final PatientAvroReader reader;
  private final String[] valuePath;
  private final String @Nullable [] timePath; // null: the field "time" if there is one
  private final CovariateSpec covariateSpec;
  private final String[][] covariatePaths;
  private final int horizon;
  private final ObservationDecoder.Found found;

  /// How to read each field's schema that has been met; schemas are compared by identity, because
  /// comparing them by content costs more than decoding the record.
  private final IdentityHashMap<Schema, Kind> kinds = new IdentityHashMap<>();

  /// What a field's stored value means.
  private sealed interface Kind {
    /// A number as it is; a time in milliseconds.
    record Plain() implements Kind {}

    /// A time stored in units of which `perMilli` make a millisecond.
    record Fine(long perMilli) implements Kind {}

    /// A day since 1970.
    record Days() implements Kind {}

    /// The unscaled bytes of a decimal.
    record Decimal(int scale) implements Kind {}
  }

  AvroReader(ProcessorsConfig config, SchemaRegistry registry, ObservationDecoder.Found found) {
    this.reader = new PatientAvroReader(registry, config.registryWaitMax());
    this.valuePath = split(config.valueField());
    this.timePath = config.timeField().map(AvroReader::split).orElse(null);
    this.covariateSpec = config.forecasterSpec().series().covariates();
    this.covariatePaths =
        IntStream.range(0, covariateSpec.count())
            .mapToObj(covariate -> split(covariateSpec.name(covariate)))
            .toArray(String[][]::new);
    this.horizon = config.forecasterSpec().horizon();
    this.found = found;
  }

  private static String[] split(String path) {
    return path.split("\\.", -1);
  }

  @Override
  public Decoded read(byte[] bytes, Headers headers, long recordTimestamp) {
    GenericRecord record;
    try {
      record = reader.read(bytes, headers);
    } catch (SerdeException.UnknownSchema e) {
      return new Decoded.Rejected(Reason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
    } catch (SerdeException.Malformed e) {
      return new Decoded.Rejected(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
    @Nullable Object value = at(record, valuePath);
    if (value == null) {
      // A nested record that is not there has no field either, and that is no missing value.
      return isNull(record, valuePath)
          ? timed(record, null, recordTimestamp)
          : missing(record, valuePath, ProcessorsConfig.INPUT_VALUE_FIELD);
    }
    if (!(number(value, schemaAt(record, valuePath)) instanceof Number number)) {
      return wrongType(record, valuePath, value, "a number");
    }
    return timed(record, number, recordTimestamp);
  }

  private boolean putCovariate(int covariate, Object stored, GenericRecord record, double[] row) {
    Schema schema = schemaAt(record, covariatePaths[covariate]);
    int offset = covariateSpec.offset(covariate, horizon);
    if (covariateSpec.isCategory(covariate)
        && (stored instanceof CharSequence || stored instanceof GenericEnumSymbol)) {
      row[offset] = EmbeddingSpec.number(stored.toString());
      return true;
    }
    if (!covariateSpec.isKnown(covariate)) {
      return put(stored, schema, row, offset);
    }
    int given = 1;
    if (stored instanceof List<?> announced) {
      Schema element = branch(schema, Schema.Type.ARRAY).getElementType();
      given = Math.min(announced.size(), 1 + horizon);
      for (int ahead = 0; ahead < given; ahead++) {
        @Nullable Object one = announced.get(ahead);
        if (one != null && !put(one, element, row, offset + ahead)) {
          return false;
        }
      }
    } else if (!put(stored, schema, row, offset)) {
      return false;
    }
    if (given > 0) {
      covariateSpec.prolong(row, covariate, given, horizon);
    }
    return true;
  }

  /// Puts a covariate's number into a row.
  ///
  /// @return whether it is one
  private boolean put(Object stored, Schema schema, double[] row, int at) {
    if (stored instanceof Boolean truth) {
      row[at] = truth ? 1 : 0;
      return true;
    }
    if (number(stored, schema) instanceof Number number) {
      row[at] = number.doubleValue();
      return true;
    }
    return false;
  }

  private Decoded timed(GenericRecord record, @Nullable Number value, long recordTimestamp) {
    double[] covariates = new double[covariateSpec.rowSize(horizon)];
    Arrays.fill(covariates, Double.NaN);
    for (int c = 0; c < covariatePaths.length; c++) {
      @Nullable Object stored = covariateSpec.isKey(c) ? null : at(record, covariatePaths[c]);
      if (stored != null && !putCovariate(c, stored, record, covariates)) {
        String expected =
            "a number or a boolean" + (covariateSpec.isKnown(c) ? ", or an array of them" : "");
        return wrongType(record, covariatePaths[c], stored, expected);
      }
    }
    if (timePath == null) {
      return found(usualTime(record, recordTimestamp), value, covariates, recordTimestamp);
    }
    @Nullable Object stored = at(record, timePath);
    if (stored == null) {
      return missing(record, timePath, ProcessorsConfig.INPUT_TIME_FIELD);
    }
    OptionalLong time = millis(stored, schemaAt(record, timePath));
    return time.isPresent()
        ? found(time.getAsLong(), value, covariates, recordTimestamp)
        : wrongType(record, timePath, stored, "a timestamp, epoch milliseconds or ISO 8601 text");
  }

  private Decoded found(
      long timeMillis, @Nullable Number value, double[] covariates, long recordTimestamp) {
    return value == null
        ? found.missing(timeMillis, covariates, recordTimestamp)
        : found.observation(timeMillis, value.doubleValue(), covariates, recordTimestamp);
  }

  /// The field `time` where there is one that holds a time, else the record's own.
  private long usualTime(GenericRecord record, long recordTimestamp) {
    Schema.@Nullable Field field = record.getSchema().getField(USUAL_TIME_FIELD);
    @Nullable Object stored = field == null ? null : record.get(field.pos());
    // Text, or a number that is no long, may be a time of day or a duration: not what was meant.
    return field != null && stored instanceof Long
        ? millis(stored, field.schema()).orElse(recordTimestamp)
        : recordTimestamp;
  }

  /// The stored value at a path, null if a step of it is not there or null. In a map, what is left
  /// of the path is the name of an entry.
  private static @Nullable Object at(GenericRecord record, String[] path) {
    @Nullable Object value = record;
    for (int i = 0; i < path.length; i++) {
      if (value instanceof Map<?, ?> map) {
        return entry(map, String.join(".", Arrays.asList(path).subList(i, path.length)));
      }
      if (!(value instanceof IndexedRecord inner)) {
        return null;
      }
      Schema.@Nullable Field field = inner.getSchema().getField(path[i]);
      value = field == null ? null : inner.get(field.pos());
    }
    return value;
  }

  /// Whether the record has the field that a path leads to, and it is null.
  private static boolean isNull(GenericRecord record, String[] path) {
    String[] parent = Arrays.copyOf(path, path.length - 1);
    return at(record, parent) instanceof IndexedRecord inner
        && inner.getSchema().getField(path[path.length - 1]) != null;
  }

  /// Avro's keys are of its own type unless the schema asks for Java's.
  private static @Nullable Object entry(Map<?, ?> map, String name) {
    @Nullable Object value = map.get(name);
    return value != null ? value : map.get(new Utf8(name));
  }

  /// The schema of the field at a path that leads to a value.
  private static Schema schemaAt(GenericRecord record, String[] path) {
    IndexedRecord inner = record;
    for (int i = 0; i < path.length - 1; i++) {
      Schema.Field field = inner.getSchema().getField(path[i]);
      if (inner.get(field.pos()) instanceof Map<?, ?>) {
        return branch(field.schema(), Schema.Type.MAP).getValueType();
      }
      inner = (IndexedRecord) inner.get(field.pos());
    }
    return inner.getSchema().getField(path[path.length - 1]).schema();
  }

  private static Schema branch(Schema schema, Schema.Type type) {
    return branches(schema).stream()
        .filter(branch -> branch.getType() == type)
        .findFirst()
        .orElseThrow();
  }

  private static List<Schema> branches(Schema schema) {
    return schema.isUnion() ? schema.getTypes() : List.of(schema);
  }

  private @Nullable Object number(Object stored, Schema schema) {
    return kind(schema) instanceof Kind.Decimal(int scale) ? decimal(stored, scale) : stored;
  }

  private static @Nullable Object decimal(Object stored, int scale) {
    byte[] unscaled =
        switch (stored) {
          case ByteBuffer bytes -> {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            yield copy;
          }
          case GenericFixed fixed -> fixed.bytes();
          default -> new byte[0];
        };
    return unscaled.length == 0 ? stored : new BigDecimal(new BigInteger(unscaled), scale);
  }

  private OptionalLong millis(Object stored, Schema schema) {
    if (stored instanceof CharSequence text) {
      return TimeText.parse(text.toString());
    }
    if (!(stored instanceof Long || stored instanceof Integer)) {
      return OptionalLong.empty();
    }
    long number = ((Number) stored).longValue();
    return switch (kind(schema)) {
      case Kind.Plain() -> OptionalLong.of(number);
      case Kind.Fine(long perMilli) -> OptionalLong.of(Math.floorDiv(number, perMilli));
      case Kind.Days() -> OptionalLong.of(TimeUnit.DAYS.toMillis(number));
      case Kind.Decimal(int scale) -> OptionalLong.empty();
    };
  }

  private Kind kind(Schema schema) {
    @Nullable Kind known = kinds.get(schema);
    if (known != null) {
      return known;
    }
    if (kinds.size() >= PLANS_MAX) {
      kinds.clear();
    }
    Kind kind = kindOf(schema);
    kinds.put(schema, kind);
    return kind;
  }

  private static Kind kindOf(Schema schema) {
    if (schema.isUnion()) {
      // The usual union is of null and one other; of several, a logical type says most.
      return schema.getTypes().stream()
          .map(AvroReader::kindOf)
          .filter(kind -> !(kind instanceof Kind.Plain))
          .findFirst()
          .orElse(new Kind.Plain());
    }
    @Nullable LogicalType logical = schema.getLogicalType();
    return switch (logical) {
      case LogicalTypes.Decimal decimal -> new Kind.Decimal(decimal.getScale());
      case LogicalTypes.Date date -> new Kind.Days();
      case LogicalTypes.TimestampMicros micros -> new Kind.Fine(1_000);
      case LogicalTypes.LocalTimestampMicros micros -> new Kind.Fine(1_000);
      case LogicalTypes.TimestampNanos nanos -> new Kind.Fine(1_000_000);
      case LogicalTypes.LocalTimestampNanos nanos -> new Kind.Fine(1_000_000);
      case null, default -> new Kind.Plain();
    };
  }

  private static Decoded missing(GenericRecord record, String[] path, String key) {
    List<String> names = new ArrayList<>();
    list(record.getSchema(), "", 1, names);
    String dotted = String.join(".", path);
    return new Decoded.Rejected(
        Reason.MISSING_FIELD,
        exists(record.getSchema(), path)
            ? "field \"" + dotted + "\" is null, expected a value"
            : "the record "
                + record.getSchema().getFullName()
                + " has no field \""
                + dotted
                + "\"; "
                + Shown.names(names)
                + "; name the right one in "
                + key);
  }

  private static boolean exists(Schema schema, String[] path) {
    List<Schema> here = List.of(schema);
    for (String name : path) {
      List<Schema> next = new ArrayList<>();
      for (Schema candidate : here) {
        for (Schema branch : branches(candidate)) {
          if (branch.getType() == Schema.Type.RECORD && branch.getField(name) != null) {
            next.add(branch.getField(name).schema());
          }
        }
      }
      here = next;
    }
    return !here.isEmpty();
  }

  private static void list(Schema schema, String prefix, int depth, List<String> names) {
    for (Schema.Field field : schema.getFields()) {
      boolean nested = false;
      for (Schema branch : branches(field.schema())) {
        if (branch.getType() == Schema.Type.RECORD && depth < LISTED_DEPTH) {
          list(branch, prefix + field.name() + ".", depth + 1, names);
          nested = true;
        }
      }
      if (!nested) {
        names.add(prefix + field.name());
      }
    }
  }

  private static Decoded wrongType(
      GenericRecord record, String[] path, Object stored, String expected) {
    Schema schema = schemaAt(record, path);
    return new Decoded.Rejected(
        Reason.WRONG_TYPE,
        "field \""
            + String.join(".", path)
            + "\" of "
            + record.getSchema().getFullName()
            + " is "
            + typeName(schema)
            + (stored instanceof CharSequence text
                ? " and holds " + Shown.text(text.toString())
                : "")
            + ", expected "
            + expected);
  }

  private static String typeName(Schema schema) {
    if (schema.isUnion()) {
      return "a union of " + schema.getTypes().stream().map(Schema::getName).toList();
    }
    @Nullable LogicalType logical = schema.getLogicalType();
    return "of type " + schema.getName() + (logical == null ? "" : " (" + logical.getName() + ")");
  }
}
