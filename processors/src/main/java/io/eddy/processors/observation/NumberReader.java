package io.eddy.processors.observation;

import io.eddy.schemas.avro.Reason;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;

/// A value that is decimal text and nothing else.
final class NumberReader implements ObservationDecoder.ValueReader {
  /// Longer text is no number; the bound keeps messages short, too.
  private static final int LENGTH_MAX = 400;

  private static final double[] NO_COVARIATES = {};

  private final ObservationDecoder.Found found;

  NumberReader(ObservationDecoder.Found found) {
    this.found = found;
  }

  @Override
  public Decoded read(byte[] value, Headers headers, long recordTimestamp) {
    if (value.length > LENGTH_MAX) {
      return rejected(value.length + " bytes");
    }
    String text = new String(value, StandardCharsets.UTF_8).strip();
    if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
      return new Decoded.Rejected(
          Reason.NOT_FINITE, "the value is " + text + ", expected a finite number");
    }
    // Double.parseDouble takes more than people mean by a number, such as 1f and 0x1p3.
    if (!decimal(text)) {
      return rejected(Shown.text(text));
    }
    try {
      return found.observation(
          recordTimestamp, Double.parseDouble(text), NO_COVARIATES, recordTimestamp);
    } catch (NumberFormatException e) {
      return rejected(Shown.text(text));
    }
  }

  private static boolean decimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    return true;
  }

  private static Decoded rejected(String is) {
    return new Decoded.Rejected(
        Reason.MALFORMED,
        "the value is " + is + ", expected a decimal number as text, such as 21.5");
  }
}
