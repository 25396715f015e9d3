package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.command.EddyCommand;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.ModelDecision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Trials, wishes and what tells of them, on a real broker with instances that come and go.
@ExtendWith(ClusterExtension.class)
class ModelLifeIT {
  private static final Waves WAVES = new Waves(6, 2);
  private static final int STEPS = 60;
  private static final Map<String, String> SETTINGS =
      Map.of(
          ProcessorsConfig.TRAINING_ENABLED, "false",
          ProcessorsConfig.PROMOTION, "trial",
          ProcessorsConfig.TRIAL_SHARE, "1");

  @TempDir private Path folder;

  private record Printed(int code, String out, String err) {}

  private Printed eddy(TestApplication application, String... arguments) throws IOException {
    Path file = folder.resolve("eddy.properties");
    var properties = new Properties();
    properties.putAll(application.settings());
    try (var writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "");
    }
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out, true));
    eddy.setErr(new PrintWriter(err, true));
    var all = new java.util.ArrayList<>(List.of("model"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--config", file.toString()));
    int code = eddy.execute(all.toArray(String[]::new));
    return new Printed(code, out.toString(), err.toString());
  }

  /// Sends more steps of all series.
  private static void send(TestApplication application, int from, int to) {
    application.send(WAVES.steps(from, to));
  }

  private static List<ModelDecision> decisions(TestApplication application) {
    return PublishedModels.versions(application).decisions();
  }

  private static Forecaster spoiled(Forecaster good) {
    Parameters parameters = good.parameters().copy();
    for (int one = 0; one < parameters.count(); one++) {
      float[] values = parameters.values(one);
      for (int i = 0; i < values.length; i++) {
        values[i] += (i + one) % 2 == 0 ? 0.7f : -0.7f;
      }
    }
    return new Forecaster(good.spec(), parameters, good.calibration(), Map.of("made.by", "a test"));
  }

  @Test
  void shouldComeToTheSameChampionWhoeverDiesDuringATrial(KafkaCluster cluster) throws IOException {
    TestApplication application = TestApplication.create(cluster, "trial", 2, SETTINGS);
    ForecasterSpec spec = application.config().forecasterSpec();
    Forecaster good = SmallModel.train(spec);
    int sent = 0;
    try (StateDirectory one = StateDirectory.create();
        StateDirectory other = StateDirectory.create()) {
      try (Instance instance = application.start(one)) {
        send(application, sent, sent += STEPS);
        instance.awaitProcessed((long) sent * WAVES.keys());
        application.importModel(good);
        instance.awaitDecision(1);
        // The watch over the first version ends once that is found better than the naive forecast.
        while (decisions(application).size() < 2) {
          send(application, sent, sent += STEPS);
          instance.awaitCommitted((long) sent * WAVES.keys());
        }
        application.importModel(spoiled(good));
        instance.awaitDecision(3);
        send(application, sent, sent += 4);
      }
      // Another instance, with nothing on its disk, goes on with the trial.
      try (Instance instance = application.start(other)) {
        while (decisions(application).size() < 4) {
          send(application, sent, sent += STEPS / 2);
          Patience.await("all committed")
              .until(application::committedInput, sum -> sum >= application.sent().size());
        }
        instance.requireAlive();
      }
    }

    assertThat(decisions(application))
        .extracting(ModelDecision::getKind)
        .containsExactly("PROMOTED", "CONFIRMED", "TRIAL", "WITHDRAWN");
    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    assertThat(answers.all()).noneMatch(answer -> answer.forecast().getModelVersion() == 2);
  }

  @Test
  void shouldListShowCompareAndObey(KafkaCluster cluster) throws IOException {
    TestApplication application = TestApplication.create(cluster, "wishes", 2, SETTINGS);
    ForecasterSpec spec = application.config().forecasterSpec();
    Forecaster good = SmallModel.train(spec);
    Path checkpoint = folder.resolve("good.safetensors");
    Files.write(checkpoint, ForecasterCheckpoint.write(good));
    try (Instance instance = application.start()) {
      send(application, 0, STEPS);
      instance.awaitProcessed((long) STEPS * WAVES.keys());

      assertThat(eddy(application, "list").out()).contains("no versions yet");
      Printed imported = eddy(application, "import", checkpoint.toString());
      assertThat(imported.out()).contains("it is version 1");
      assertThat(imported.code()).isEqualTo(ExitCode.OK);
      application.importModel(Forecaster.initial(spec, 5));
      // It waits for the end of the watch over version 1, and a rollback ends that.
      assertThat(eddy(application, "rollback", "--reason", "a test").out())
          .contains("version 0 answers");
      instance.awaitDecision(3);

      JsonNode listed = new ObjectMapper().readTree(eddy(application, "list", "--json").out());
      assertThat(listed.get("champion").asInt()).isEqualTo(2);
      assertThat(listed.get("versions")).hasSize(2);
      assertThat(listed.get("decisions")).hasSize(3);
      assertThat(listed.get("decisions").get(1).get("reason").asText()).isEqualTo("a test");
      assertThat(eddy(application, "list").out()).contains("champion").contains("rolled_back");
      assertThat(eddy(application, "show", "1").out()).contains("made.by").contains("promoted");
      assertThat(eddy(application, "diff", "1", "2").out()).contains("rnn.weight_hh_l0");
      assertThat(eddy(application, "promote", "1").out()).contains("version 1 answers");
      Printed refused = eddy(application, "promote", "1");
      assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
      assertThat(refused.err()).contains("it answers already");
      assertThat(eddy(application, "delete", "2").err()).contains("it cannot be deleted");
      assertThat(eddy(application, "show", "9").err()).contains("expected one of [1, 2]");

      Path exported = folder.resolve("exported.safetensors");
      Printed export =
          eddy(
              application,
              "export",
              "--model-version",
              "1",
              "--format",
              "safetensors",
              "--out",
              exported.toString());
      assertThat(export.code()).as(export.err()).isEqualTo(ExitCode.OK);
      assertThat(exported).isNotEmptyFile();
      send(application, STEPS, STEPS + 10);
      instance.awaitProcessed((STEPS + 10L) * WAVES.keys());
    }
    Answers answers = Answers.await(application);
    assertThat(answers.all().getLast().forecast().getModelVersion()).isEqualTo(1);
  }
}
