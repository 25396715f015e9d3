package io.eddy.benchmarks.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GoldenFilesTest {

  private static final Path CHECKED_IN = Path.of("../../model/src/test/resources/golden");

  /// Another processor may sum up in another order.
  private static final float ROUNDING = 1e-5f;

  @Test
  void shouldComputeWhatIsCheckedIn() throws IOException {
    Map<String, Safetensors> checkedIn = read(CHECKED_IN);

    Map<String, Safetensors> computed = GoldenFiles.compute();

    assertThat(computed).containsOnlyKeys(checkedIn.keySet());
    computed.forEach(
        (name, file) -> assertSame(name, file, Objects.requireNonNull(checkedIn.get(name))));
  }

  private static Map<String, Safetensors> read(Path folder) throws IOException {
    Map<String, Safetensors> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.toList()) {
        String name = path.getFileName().toString();
        if (name.endsWith(".safetensors")) {
          files.put(
              name.replace(".safetensors", ""), Safetensors.fromBytes(Files.readAllBytes(path)));
        }
      }
    }
    return files;
  }

  private static void assertSame(String name, Safetensors actual, Safetensors expected) {
    assertThat(actual.metadata()).as(name).isEqualTo(expected.metadata());
    assertThat(actual.tensors()).as(name).containsOnlyKeys(expected.tensors().keySet());
    actual
        .tensors()
        .forEach(
            (tensor, values) -> {
              Safetensors.Tensor other = Objects.requireNonNull(expected.tensors().get(tensor));
              assertThat(values.shape()).as("%s %s", name, tensor).isEqualTo(other.shape());
              assertThat(values.values())
                  .as("%s %s", name, tensor)
                  .containsExactly(other.values(), within(ROUNDING));
            });
  }
}
