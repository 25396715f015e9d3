package io.eddy.it.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;

/// The images of the container test: public ones by default, local ones where there is no image
/// registry.
///
/// | system property | default | or |
/// | --- | --- | --- |
/// | `eddy.it.container.base` | `eclipse-temurin:25-jre` | any local image with a Java 25 |
/// | `eddy.it.container.broker` | `apache/kafka:4.3.1` | `embedded`: Eddy's image with the broker that is inside of it |
/// | `eddy.it.container.enabled` | `true` | `false`: there are no images, skip the test |
/// | `eddy.it.container.registry` | `apicurio/apicurio-registry:3.3.3` | `unpacked`: Eddy's base with the registry that Maven has unpacked |
final class ContainerImages {
  private static final String PREFIX = "eddy.it.container.";
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path DEPLOY = Path.of("deploy");

  private ContainerImages() {}

  /// Whether there are images at all.
  static boolean isEnabled() {
    return !property("enabled", "true").equals("false");
  }

  /// Builds Eddy's own image from the repository's Dockerfile and what Maven has packaged.
  static DockerImageName eddy() {
    var image =
        new ImageFromDockerfile("eddy-it", false)
            .withFileFromPath("Dockerfile", ROOT.resolve("deploy/container/Dockerfile"))
            .withBuildArg("BASE", property("base", "eclipse-temurin:25-jre"));
    for (Path file : context()) {
      image.withFileFromPath(file.toString(), ROOT.resolve(file));
    }
    return DockerImageName.parse(image.get());
  }

  /// What the Dockerfile copies, from the root.
  private static List<Path> context() {
    Path target = ROOT.resolve(DEPLOY).resolve("target");
    try (Stream<Path> built = Files.list(target)) {
      Path jar =
          built
              .filter(
                  file ->
                      file.getFileName().toString().matches("eddy-deploy-[^-]*(-SNAPSHOT)?\\.jar"))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "no jar in %s: run \"mvn -pl deploy -am package\"".formatted(target)));
      return List.of(
          ROOT.relativize(jar), DEPLOY.resolve("target/lib"), DEPLOY.resolve("container"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A broker, not started; told its listeners by the variables of Kafka's own image.
  static GenericContainer<?> broker(DockerImageName eddy) {
    String name = property("broker", "apache/kafka:4.3.1");
    if (!name.equals("embedded")) {
      return new GenericContainer<>(DockerImageName.parse(name));
    }
    return java(eddy, "-cp", "/opt/eddy/lib/*:/opt/it", BrokerMain.class.getName())
        .withFileSystemBind(
            Path.of("target", "test-classes").toAbsolutePath().toString(),
            "/opt/it",
            BindMode.READ_ONLY);
  }

  /// A registry, not started, that listens on 8080.
  static GenericContainer<?> registry(DockerImageName eddy) {
    String name = property("registry", "apicurio/apicurio-registry:3.3.3");
    if (!name.equals("unpacked")) {
      return new GenericContainer<>(DockerImageName.parse(name));
    }
    return java(eddy, "-Dquarkus.http.host=0.0.0.0", "-jar", "/opt/registry/quarkus-run.jar")
        .withFileSystemBind(
            Path.of("target", "apicurio").toAbsolutePath().toString(),
            "/opt/registry",
            BindMode.READ_ONLY);
  }

  private static GenericContainer<?> java(DockerImageName image, String... arguments) {
    String[] command =
        Stream.concat(
                Stream.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                Stream.of(arguments))
            .toArray(String[]::new);
    return new GenericContainer<>(image)
        .withCreateContainerCmdModifier(create -> create.withEntrypoint("java").withCmd(command));
  }

  private static String property(String name, String usual) {
    String value = System.getProperty(PREFIX + name, "");
    return value.isEmpty() ? usual : value;
  }
}
