package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.config.ConfigurationDocument;
import io.eddy.deploy.config.Settings;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy config`: what can be configured, and what is.
@Command(
    name = "config",
    description = "Tells what can be configured, and what is.",
    footer = {
      "%nExamples:",
      "  eddy config describe > configuration.md",
      "  eddy config show --config eddy.properties"
    })
final class ConfigCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: describe or show");
  }

  @Command(
      name = "describe",
      description = {
        "Prints the reference of all eddy.* settings, with types, defaults and checks, and of what"
            + " Eddy sets of Kafka's, in Markdown: docs/configuration.md.",
        "Kafka's own settings pass through under their own names."
      },
      footer = {"%nExample:", "  eddy config describe > configuration.md"})
  void describe() {
    spec.commandLine().getOut().print(ConfigurationDocument.text());
    spec.commandLine().getOut().flush();
  }

  @Command(
      name = "show",
      description = {
        "Prints every setting that applies, and whether it comes from a file, the environment, the"
            + " command line, or Eddy's defaults. Passwords and the like are not printed.",
        "Ends with 2, and every problem, if the configuration is wrong."
      },
      footer = {
        "%nExamples:",
        "  eddy config show --config eddy.properties",
        "  eddy config show --config eddy.properties --set eddy.season=24 --json"
      })
  void show(
      @Mixin ConfigurationOptions configuration,
      @Option(names = "--json", description = "One JSON object instead of lines.") boolean json)
      throws JsonProcessingException {
    SortedMap<String, Settings.Sourced> settings = configuration.sourced();
    Map<String, String> given = new LinkedHashMap<>();
    settings.forEach((key, setting) -> given.put(key, setting.value()));
    ProcessorsConfig config = ProcessorsConfig.ofApplication(given);
    config
        .kafkaProperties()
        .forEach((key, value) -> putDefault(settings, key, String.valueOf(value)));
    for (ConfigKey key : ProcessorsConfig.definition().configKeys().values()) {
      putDefault(settings, key.name, String.valueOf(key.defaultValue));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Map<String, String>> all = new LinkedHashMap<>();
      settings.forEach(
          (key, setting) ->
              all.put(
                  key,
                  Map.of(
                      "value", Settings.shown(key, setting.value()), "source", setting.source())));
      out.println(new ObjectMapper().writeValueAsString(all));
    } else {
      settings.forEach(
          (key, setting) ->
              out.println(
                  "%s=%s  # %s"
                      .formatted(key, Settings.shown(key, setting.value()), setting.source())));
    }
    out.flush();
  }

  private static void putDefault(
      SortedMap<String, Settings.Sourced> settings, String key, String value) {
    settings.putIfAbsent(key, new Settings.Sourced(value, "a default"));
  }
}
