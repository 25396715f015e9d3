package io.eddy.deploy.command;

import io.eddy.processors.config.Job;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A job as `eddy.job` says it.
final class JobConverter implements ITypeConverter<Job> {
  @Override
  public Job convert(String value) {
    return Arrays.stream(Job.values())
        .filter(job -> written(job).equals(value.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    value
                        + " is no job, expected one of "
                        + Arrays.stream(Job.values())
                            .map(JobConverter::written)
                            .collect(Collectors.joining(", "))));
  }

  private static String written(Job job) {
    return job.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
