package io.eddy.deploy.doctor;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.terminal.Style;
import io.eddy.deploy.terminal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that was found, in the order in which it was looked at.
public record Diagnosis(List<Finding> findings) {
  /// Of several failures the one to mend first: without a right configuration nothing else can be
  /// looked at, and without a cluster no topics.
  private static final List<Integer> FIRST_OF =
      List.of(ExitCode.USAGE, ExitCode.UNREACHABLE, ExitCode.UNFIT);

  public Diagnosis {
    findings = List.copyOf(findings);
  }

  /// What the process ends with: [ExitCode#OK] if nothing is bad, whatever the warnings.
  public int exitCode() {
    return FIRST_OF.stream()
        .filter(code -> findings.stream().anyMatch(finding -> finding.exitCode() == code))
        .findFirst()
        .orElse(ExitCode.OK);
  }

  /// The table for people: one line for each finding, and one below it that says what to do.
  public List<String> lines(Style style) {
    int areas = findings.stream().mapToInt(finding -> finding.area().length()).max().orElse(0);
    int checks = findings.stream().mapToInt(finding -> finding.check().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add(
          "%s  %s  %s  %s"
              .formatted(
                  mark(finding.verdict(), style),
                  style.dim(Text.left(finding.area(), areas)),
                  Text.left(finding.check(), checks),
                  finding.found()));
      if (!finding.remedy().isEmpty()) {
        lines.add(" ".repeat(areas + 5) + style.strong("→ " + finding.remedy()));
      }
    }
    lines.add("");
    lines.add(summary());
    return lines;
  }

  private static String mark(Verdict verdict, Style style) {
    return switch (verdict) {
      case GOOD -> style.good(verdict.mark());
      case WARNING -> style.warning(verdict.mark());
      case BAD -> style.bad(verdict.mark());
      case SKIPPED -> style.dim(verdict.mark());
    };
  }

  private String summary() {
    return count(Verdict.BAD) == 0
        ? "ready to run: %d good, %d to be looked at, %d not looked at"
            .formatted(count(Verdict.GOOD), count(Verdict.WARNING), count(Verdict.SKIPPED))
        : "not ready: %d bad, %d to be looked at, %d good, %d not looked at"
            .formatted(
                count(Verdict.BAD),
                count(Verdict.WARNING),
                count(Verdict.GOOD),
                count(Verdict.SKIPPED));
  }

  /// How many findings have a verdict.
  public long count(Verdict verdict) {
    return findings.stream().filter(finding -> finding.verdict() == verdict).count();
  }

  /// The same for JSON.
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ready", count(Verdict.BAD) == 0);
    for (Verdict verdict : Verdict.values()) {
      json.put(verdict.toString(), count(verdict));
    }
    json.put("exit_code", exitCode());
    json.put("findings", findings.stream().map(Diagnosis::json).toList());
    return json;
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("area", finding.area());
    json.put("check", finding.check());
    json.put("verdict", finding.verdict().toString());
    json.put("found", finding.found());
    if (!finding.remedy().isEmpty()) {
      json.put("remedy", finding.remedy());
    }
    return json;
  }
}
