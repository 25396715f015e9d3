package io.eddy.schemas.serde;

import io.eddy.schemas.avro.Observation;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/// Since 1.12.2 Avro makes no instance of a class by its name unless someone vouches for it. This
/// vouches for our generated records, in the whole JVM because Avro has no other place to say so,
/// and beside whatever the application has set.
final class TrustedRecords {

  private static final String PACKAGE = Observation.class.getPackageName();

  static {
    ClassSecurityPredicate others = ClassSecurityValidator.getGlobal();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(others, type -> type.getPackageName().equals(PACKAGE)));
  }

  private TrustedRecords() {}

  /// Happens once, when this class is loaded.
  static void trust() {}
}
