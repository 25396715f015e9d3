package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.eddy.deploy.http.Access;
import io.eddy.it.browser.Chromium;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.ServedInstance;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.SmallClassifier;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.rollout.ModelArtifacts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// The dashboard, used in a real browser on a real broker.
@ExtendWith(ClusterExtension.class)
@Timeout(240)
class DashboardIT {
  private static final int KEYS = 30;
  private static final int STEPS = 130;
  private static final Waves WAVES = new Waves(KEYS, 1);
  private static final Map<String, String> UNTRAINED = Map.of("eddy.training.enabled", "false");

  private static Chromium browser() {
    return Chromium.find()
        .map(Chromium::start)
        .orElseGet(
            () ->
                abort(
                    "SKIPPED: this machine has no Chromium or Chrome on its PATH, so nobody has"
                        + " looked at the dashboard; install the package chromium"));
  }

  @Test
  void shouldShowForecastsMoveFindKeysAndTellOfAnomalies(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "dashboard", 1, UNTRAINED);
    application.importModel(SmallModel.train(application.config().forecasterSpec()));
    try (Chromium browser = browser();
        ServedInstance served = ServedInstance.start(application, Access.open())) {
      served.instance().awaitDecision(1);
      application.send(WAVES.steps(0, STEPS));
      served.instance().awaitCommitted(application.sent().size());

      browser.resize(1280, 900);
      browser.open(served.url());
      browser.await("document.querySelector('#health')?.innerText === 'running'");
      browser.await("document.querySelectorAll('#keys tbody tr[data-key]').length === 25");
      browser.await("document.querySelector('#chart canvas') !== null");
      assertThat(browser.text("#figure-model")).isEqualTo("v1");
      assertThat(browser.text("#figure-keys")).isEqualTo("30");
      browser.await("document.querySelector('#versions').innerText.includes('champion')");

      // A key is searched by the keyboard alone.
      browser.press("/");
      browser.type("series-17");
      browser.await("document.querySelectorAll('#keys tbody tr').length === 1");
      browser.press("Enter");
      browser.await("document.querySelector('#key-title').innerText === 'series-17'");
      browser.await("document.querySelectorAll('#horizon tbody tr').length === 3");
      String numbers = browser.text("#numbers");
      int inked = ink(browser);
      assertThat(inked).as("pixels that the chart has drawn").isGreaterThan(1_000);

      // Its forecast moves while one looks.
      application.send(WAVES.steps(STEPS, STEPS + 1));
      browser.await(
          "document.querySelector('#numbers').innerText !== %s".formatted(quoted(numbers)));

      // A value far outside is told of, with what spoke for it.
      Event wild = WAVES.steps(STEPS + 1, STEPS + 2).get(17);
      application.send(List.of(new Event(wild.key(), wild.partition(), wild.time(), 99_999)));
      browser.await("document.querySelector('#anomalies').innerText.includes('100k instead of')");
      assertThat(browser.text("#anomalies")).contains("seen by");
      browser.await(
          "document.querySelector('#keys tbody tr td:last-child').innerText.trim() !== ''");

      String theme = browser.evaluate("document.documentElement.dataset.theme").asText();
      browser.evaluate("document.querySelector('#theme').click()");
      assertThat(browser.evaluate("document.documentElement.dataset.theme").asText())
          .isNotEqualTo(theme);
      assertThat(browser.evaluate(OVERFLOW).asInt()).as("overflow at 1280").isZero();
      browser.resize(400, 900);
      // The chart takes its new width when the browser tells it of it, a frame or more later.
      browser.await(OVERFLOW + " === 0");
      assertThat(browser.evaluate(UNNAMED)).as("controls without a name").isEmpty();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void shouldColourMessagesAndTakeThemForTextAlone(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "pages",
            1,
            Map.of(
                "eddy.job", "language-model",
                "eddy.input.format", "text",
                "eddy.input.time.field", "",
                "eddy.training.enabled", "false"));
    var model = TrainedLanguageModel.initial(application.config().languageModelSpec(), 7);
    try (Chromium browser = browser();
        ServedInstance served = ServedInstance.start(application, Access.open())) {
      application.sendCandidate(
          ModelArtifacts.candidate(
              LanguageModelCheckpoint.write(model), model.provenance(), 0, Instant.EPOCH));
      served.instance().awaitDecision(1);
      for (String text : List.of("first line", "<img src=x onerror=alert(1)> & <b>bold</b>")) {
        application.sendRaw(
            new ProducerRecord<>(application.input(), bytes("host-1"), bytes(text)));
      }
      served.instance().awaitCommitted(2);

      browser.resize(1280, 900);
      browser.open(served.url());
      browser.await("document.querySelectorAll('#messages li').length === 2");
      assertThat(browser.text("#messages li:last-child .said"))
          .isEqualTo("<img src=x onerror=alert(1)> & <b>bold</b>");
      assertThat(browser.evaluate("document.querySelectorAll('#messages img').length").asInt())
          .isZero();
      assertThat(
              browser
                  .evaluate("document.querySelectorAll('#messages .s5, #messages .s4').length")
                  .asInt())
          .as("surprising pieces")
          .isPositive();
      application.sendRaw(
          new ProducerRecord<>(application.input(), bytes("host-1"), bytes("one more")));
      browser.await("document.querySelectorAll('#messages li').length === 3");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void shouldShowWhatIsSaidOfMessagesAndWhereItWasLooked(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "labels",
            1,
            Map.of(
                "eddy.job", "classify",
                "eddy.input.format", "json",
                "eddy.input.value.field", "text",
                "eddy.input.time.field", "",
                "eddy.training.enabled", "false"));
    TrainedClassifier model = SmallClassifier.train(application.config());
    try (Chromium browser = browser();
        ServedInstance served = ServedInstance.start(application, Access.open())) {
      application.sendCandidate(
          ModelArtifacts.candidate(
              ClassifierCheckpoint.write(model), model.provenance(), 0, Instant.EPOCH));
      served.instance().awaitDecision(1);
      for (String message :
          List.of(
              "{\"text\": \"it was great\"}",
              "{\"text\": \"it was <b>poor</b>\", \"label\": \"good\"}")) {
        application.sendRaw(
            new ProducerRecord<>(application.input(), bytes("web"), bytes(message)));
      }
      served.instance().awaitCommitted(2);

      browser.resize(1280, 900);
      browser.open(served.url());
      browser.await("document.querySelectorAll('#messages li').length === 2");
      assertThat(browser.text("#messages li:first-child .answer")).isEqualTo("→ good");
      assertThat(browser.text("#messages li:last-child .answer.bad")).isEqualTo("→ bad (good)");
      assertThat(browser.text("#messages li:last-child .said")).startsWith("it was <b>poor</b>");
      assertThat(
              browser
                  .evaluate("document.querySelectorAll('#messages .s3, #messages .s4').length")
                  .asInt())
          .as("words that were looked at")
          .isPositive();
      assertThat(browser.text("#column-value")).isEqualToIgnoringCase("probability");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static final String OVERFLOW =
      "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)";

  private static final String UNNAMED =
      """
      [...document.querySelectorAll('button, input, select, a')]
        .filter(control => !(control.innerText || '').trim() && !control.ariaLabel
          && !control.labels?.length)
        .map(control => control.outerHTML)
      """;

  /// Pixels of the chart that are not empty.
  private static int ink(Chromium browser) {
    JsonNode inked =
        browser.evaluate(
            """
            (() => {
              const canvas = document.querySelector('#chart canvas');
              const pixels = canvas.getContext('2d')
                .getImageData(0, 0, canvas.width, canvas.height).data;
              let inked = 0;
              for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) inked++;
              return inked;
            })()
            """);
    return inked.asInt();
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
