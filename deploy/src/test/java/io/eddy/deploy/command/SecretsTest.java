package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/// Whatever a command prints or logs, at any level, no password is in it.
class SecretsTest {
  private static final String SECRET = "hunter2";
  private static final LoggerContext LOGGING = (LoggerContext) LoggerFactory.getILoggerFactory();
  private static final Logger ROOT = LOGGING.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  private final StringWriter said = new StringWriter();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Level usual = ROOT.getLevel();

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void logEverything() {
    // Named, it keeps commands from silencing it.
    System.setProperty("logback.configurationFile", "logback-test.xml");
    ROOT.setLevel(Level.DEBUG);
    logged.start();
    ROOT.addAppender(logged);
  }

  @AfterEach
  void logAsUsual() {
    System.clearProperty("logback.configurationFile");
    ROOT.detachAppender(logged);
    ROOT.setLevel(usual);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "doctor --timeout 1",
        "doctor --timeout 1 --json",
        "config show",
        "config show --json",
        "topics plan",
        "run"
      })
  void shouldNeverShowASecret(String command) throws IOException {
    execute(command, "");

    assertThat(everything()).contains("127.0.0.1").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sasl.jaas.config=Login required password=\"hunter2\"",
        "ssl.keystore.type=hunter2password\nssl.keystore.password=hunter2",
        "eddy.horizon=0\nnum.stream.threads=x"
      })
  void shouldNotShowThemWhereSettingsAreWrong(String wrong) throws IOException {
    execute("doctor --timeout 1", wrong.replace("hunter2password", "JKZ"));

    assertThat(everything()).doesNotContain(SECRET);
  }

  private void execute(String command, String further) throws IOException {
    String closed;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = "127.0.0.1:" + free.getLocalPort();
    }
    Path file = folder.resolve("eddy.properties");
    Files.writeString(
        file,
        """
        application.id=secretive
        bootstrap.servers=%s
        eddy.input.topic=input
        state.dir=%s
        security.protocol=SASL_PLAINTEXT
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
        username="eddy" password="hunter2";
        ssl.truststore.password=hunter2
        producer.ssl.key.password=hunter2
        schema.registry.url=http://eddy:hunter2@%s
        basic.auth.credentials.source=USER_INFO
        basic.auth.user.info=eddy:hunter2
        %s
        """
            .formatted(closed, folder.resolve("state"), closed, further));
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(said, true));
    eddy.setErr(new PrintWriter(said, true));
    eddy.execute(
        Stream.concat(Arrays.stream(command.split(" ", -1)), Stream.of("--config", file.toString()))
            .toArray(String[]::new));
  }

  private String everything() {
    var layout = new PatternLayout();
    layout.setContext(LOGGING);
    layout.setPattern("%msg %kvp %ex%n");
    layout.start();
    StringBuilder all = new StringBuilder(said.toString());
    logged.list.forEach(event -> all.append(layout.doLayout(event)));
    return all.toString();
  }
}
