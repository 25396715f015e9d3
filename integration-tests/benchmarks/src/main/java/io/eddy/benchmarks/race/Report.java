package io.eddy.benchmarks.race;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Prints the results of one section, as a Markdown table or as lines of JSON.
final class Report {

  private final Section section;
  private final Map<String, Map<String, Heat.Time>> times = new LinkedHashMap<>();
  private final Map<String, Double> operations = new LinkedHashMap<>();

  Report(Section section) {
    this.section = section;
  }

  /// @param operationCount floating-point operations of one repetition
  void add(String row, double operationCount, Map<String, Heat.Time> results) {
    times.put(row, results);
    operations.put(row, operationCount);
  }

  void printTable(PrintWriter out) {
    Set<String> contenders = new LinkedHashSet<>();
    times.values().forEach(results -> contenders.addAll(results.keySet()));
    List<Comparison> comparisons = section.comparisons();
    out.printf("%n## %s%n%n", section.title());
    List<String> head = new ArrayList<>(List.of(section.rowHead()));
    head.addAll(contenders);
    comparisons.forEach(comparison -> head.add(comparison.head()));
    out.println("| " + String.join(" | ", head) + " |");
    out.println("| " + String.join(" | ", head.stream().map(_ -> "---").toList()) + " |");
    times.forEach(
        (row, results) -> {
          List<String> cells = new ArrayList<>(List.of(row));
          for (String contender : contenders) {
            Heat.Time time = results.get(contender);
            cells.add(time == null ? "-" : time(row, time));
          }
          for (Comparison comparison : comparisons) {
            cells.add(ratio(row, comparison, results));
          }
          out.println("| " + String.join(" | ", cells) + " |");
        });
    out.printf("%nJava heap a call, at most: %s.%n", heap(contenders));
    out.flush();
  }

  private String heap(Set<String> contenders) {
    List<String> parts = new ArrayList<>();
    for (String contender : contenders) {
      double most = 0;
      for (Map<String, Heat.Time> results : times.values()) {
        Heat.Time time = results.get(contender);
        most = time == null ? most : Math.max(most, time.allocatedBytes());
      }
      parts.add(String.format(Locale.ROOT, "%s %.0f bytes", contender, most));
    }
    return String.join(", ", parts);
  }

  private String time(String row, Heat.Time time) {
    double count = operations.getOrDefault(row, 0.0);
    String rate = !section.showsRate() ? "" : " (" + significant(count / time.nanoseconds()) + ")";
    return significant(time.nanoseconds() / section.unitNanoseconds()) + rate;
  }

  private static String ratio(String row, Comparison comparison, Map<String, Heat.Time> results) {
    double ratio = comparison.ratio(results);
    if (Double.isNaN(ratio)) {
      return "-";
    }
    Comparison.Goal goal = comparison.goals().get(row);
    return goal == null
        ? significant(ratio) + "x"
        : "%sx, %s (aim %s)"
            .formatted(significant(ratio), goal.verdict(ratio), significant(goal.aim()));
  }

  private static String significant(double value) {
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  void printJson(PrintWriter out) {
    times.forEach(
        (row, results) -> {
          results.forEach(
              (contender, time) ->
                  out.printf(
                      Locale.ROOT,
                      "{\"section\":\"%s\",\"row\":\"%s\",\"contender\":\"%s\",\"median_ns\":%.1f,"
                          + "\"gflops\":%.2f,\"java_heap_bytes\":%.1f}%n",
                      section.label(),
                      row,
                      contender,
                      time.nanoseconds(),
                      operations.getOrDefault(row, 0.0) / time.nanoseconds(),
                      time.allocatedBytes()));
          for (Comparison comparison : section.comparisons()) {
            double ratio = comparison.ratio(results);
            if (!Double.isNaN(ratio)) {
              Comparison.Goal goal = comparison.goals().get(row);
              String goals =
                  goal == null
                      ? ""
                      : String.format(
                          Locale.ROOT,
                          ",\"aim\":%.2f,\"least\":%.2f,\"verdict\":\"%s\"",
                          goal.aim(),
                          goal.least(),
                          goal.verdict(ratio));
              out.printf(
                  Locale.ROOT,
                  "{\"section\":\"%s\",\"row\":\"%s\",\"comparison\":\"%s\",\"ratio\":%.3f%s}%n",
                  section.label(),
                  row,
                  comparison.head(),
                  ratio,
                  goals);
            }
          }
        });
    out.flush();
  }
}
