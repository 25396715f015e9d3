package io.eddy.deploy.csv;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.util.regex.Pattern;

/// Cells that hold a number, as times.
final class NumericCell {
  // Two digits of exponent: more would make BigDecimal write out billions of zeros.
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,30}\\.?\\d{0,30}|\\.\\d{1,30})([eE][+-]?\\d{1,2})?");

  private NumericCell() {}

  static boolean isNumber(String cell) {
    return NUMBER.matcher(cell).matches();
  }

  /// The cell's number times a factor, rounded. Exact, for a double has no room for the
  /// milliseconds of far times.
  ///
  /// @throws DateTimeException if the cell holds no number, or a number that no time can be
  static long scaled(String cell, long factor) {
    if (!isNumber(cell)) {
      throw new DateTimeException("not a number");
    }
    try {
      return new BigDecimal(cell)
          .multiply(BigDecimal.valueOf(factor))
          .setScale(0, RoundingMode.HALF_EVEN)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new DateTimeException("further away than a time can be", e);
    }
  }
}
