package io.eddy.deploy.doctor;

import io.eddy.deploy.process.ExitCode;

/// One thing that was looked at.
///
/// @param area such as `cluster` or `state`
/// @param check what was looked at, in a few words
/// @param verdict how it stands
/// @param found what was seen, in one line
/// @param remedy what to do, in one line; empty where nothing is to be done
/// @param exitCode what the process ends with because of it, one of [ExitCode]
public record Finding(
    String area, String check, Verdict verdict, String found, String remedy, int exitCode) {

  public Finding {
    found = found.replaceAll("\\s*\\R\\s*", " ");
    remedy = remedy.replaceAll("\\s*\\R\\s*", " ");
  }

  static Finding good(String area, String check, String found) {
    return new Finding(area, check, Verdict.GOOD, found, "", ExitCode.OK);
  }

  static Finding warning(String area, String check, String found, String remedy) {
    return new Finding(area, check, Verdict.WARNING, found, remedy, ExitCode.OK);
  }

  static Finding bad(String area, String check, String found, String remedy) {
    return bad(area, check, found, remedy, ExitCode.UNFIT);
  }

  static Finding bad(String area, String check, String found, String remedy, int exitCode) {
    return new Finding(area, check, Verdict.BAD, found, remedy, exitCode);
  }

  static Finding skipped(String area, String check, String why) {
    return new Finding(area, check, Verdict.SKIPPED, why, "", ExitCode.OK);
  }
}
