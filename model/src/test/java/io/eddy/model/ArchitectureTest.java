package io.eddy.model;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The rules that hold for every class of this module. Think hard before loosening one.
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.eddy.model");

  private static final String ONNX = "io.eddy.model.exchange.onnx";

  /// Exact to the last bit by IEEE 754 or by their definition, so the same on every processor. All
  /// else in `Math` may be an intrinsic that rounds differently from machine to machine.
  private static final Set<String> EXACT_MATH =
      Set.of(
          "abs",
          "addExact",
          "ceil",
          "ceilDiv",
          "clamp",
          "copySign",
          "fma",
          "floor",
          "floorDiv",
          "floorMod",
          "getExponent",
          "max",
          "min",
          "multiplyExact",
          "multiplyHigh",
          "negateExact",
          "nextDown",
          "nextUp",
          "rint",
          "round",
          "scalb",
          "signum",
          "sqrt",
          "subtractExact",
          "toIntExact",
          "ulp");

  private static final Set<String> TRANSCENDENTAL_LANES =
      Set.of(
          "ACOS", "ASIN", "ATAN", "ATAN2", "CBRT", "COS", "COSH", "EXP", "EXPM1", "HYPOT", "LOG",
          "LOG10", "LOG1P", "POW", "SIN", "SINH", "TAN", "TANH");

  private static final Pattern FLOATING_POINT_VECTOR =
      Pattern.compile("jdk\\.incubator\\.vector\\.(Float|Double)Vector");

  @Test
  void shouldDependOnTheJdkAlone() {
    classes()
        .that()
        .resideOutsideOfPackage(ONNX)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.eddy.model..",
            "java..",
            "com.sun.management",
            "jdk.incubator.vector",
            "org.jspecify.annotations")
        .because("model knows no Kafka, no Avro and no JSON library")
        .check(CLASSES);
  }

  @Test
  void shouldKeepProtobufInTheOnnxFiles() {
    classes()
        .that()
        .resideInAPackage(ONNX)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.eddy.model..",
            "java..",
            "org.jspecify.annotations",
            "ai.onnx.proto",
            "com.google.protobuf")
        .because("the classes of onnx.proto are the one thing that is taken from elsewhere")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(ONNX)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ONNX)
        .because("nothing else in model may come to need the ONNX classes")
        .check(CLASSES);
  }

  @Test
  void shouldKeepTheVectorApiInTheKernels() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.eddy.model.kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector")
        .check(CLASSES);
  }

  @Test
  void shouldCallNoMathWhoseLastBitDependsOnTheMachine() {
    noClasses()
        .should()
        .accessTargetWhere(
            access(
                "Math, other than its exact functions",
                access ->
                    access.getTargetOwner().isEquivalentTo(Math.class)
                        && !EXACT_MATH.contains(access.getName())))
        .because("every machine must compute the same bits: use Functions, or StrictMath")
        .check(CLASSES);
  }

  @Test
  void shouldUseNoTranscendentalLaneOperations() {
    noClasses()
        .should()
        .accessTargetWhere(
            access(
                "a transcendental vector operator",
                access ->
                    access.getTargetOwner().getName().equals("jdk.incubator.vector.VectorOperators")
                        && TRANSCENDENTAL_LANES.contains(access.getName())))
        .because("their last bit depends on the machine: write them from fma, as the kernels do")
        .check(CLASSES);
  }

  @Test
  void shouldReduceNoFloatingPointLanes() {
    noClasses()
        .should()
        .accessTargetWhere(
            access(
                "reduceLanes of floating-point vectors",
                access ->
                    FLOATING_POINT_VECTOR.matcher(access.getTargetOwner().getName()).matches()
                        && access.getName().startsWith("reduceLanes")))
        .because("the order of such a sum is unspecified: use the fixed tree of 32 virtual lanes")
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoPackageCycles() {
    slices().matching("io.eddy.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void shouldMarkEveryPackageForNullness() {
    List<String> unmarked =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(javaPackage -> !javaPackage.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .toList();

    assertThat(unmarked).as("packages without @NullMarked in package-info.java").isEmpty();
  }

  @Test
  void shouldLeaveTheStandardStreamsAlone() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
  }

  private static DescribedPredicate<JavaAccess<?>> access(
      String description, Predicate<JavaAccess<?>> test) {
    return describe(description, test);
  }
}
