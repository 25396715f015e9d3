package io.eddy.deploy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetTest {
  private final Fleet fleet = new Fleet();

  private void answer(String key, long time, double actual, double expected, boolean anomaly) {
    fleet.add(
        key,
        new Track.Answer(time, actual, expected, 0, 1, actual, 0, 1, anomaly, false, false, 1));
  }

  private List<String> keys(Fleet.Order order) {
    return fleet.page(key -> true, order, 0, 10).keys().stream().map(KeyRow::key).toList();
  }

  @Test
  void shouldTellTheWorstForecastFirst() {
    for (int t = 0; t < 20; t++) {
      answer("good", t, t % 2, t % 2, false);
      answer("bad", t, t % 2, 5, false);
      answer("late", t, t % 2, t % 2 + 0.5, t == 3);
    }

    assertThat(keys(Fleet.Order.ERROR)).containsExactly("bad", "late", "good");
    assertThat(keys(Fleet.Order.ANOMALY)).containsExactly("late", "bad", "good");
    assertThat(keys(Fleet.Order.KEY)).containsExactly("bad", "good", "late");
  }

  @Test
  void shouldKeepTheNewestPointsInTheirOrder() {
    int answers = Track.POINTS_MAX + 77;
    for (int t = 0; t < answers; t++) {
      answer("a", t, t, t, t == answers - 1);
    }

    List<Point> points = fleet.points("a", Track.POINTS_MAX).orElseThrow();
    assertThat(points).hasSize(Track.POINTS_MAX);
    assertThat(points.getFirst().time()).isEqualTo(77);
    assertThat(points).isSortedAccordingTo((a, b) -> Long.compare(a.time(), b.time()));
    assertThat(points.getLast().anomaly()).isTrue();
    assertThat(fleet.points("a", 3).orElseThrow()).hasSize(3);
  }

  /// As many points as there is room for are shared by the keys: memory stays within bounds, and
  /// with it the newest keys.
  @Test
  void shouldStayWithinItsBounds() {
    int keys = Fleet.KEYS_MAX + 500;
    long points = 0;
    for (int key = 0; key < keys; key++) {
      for (int t = 0; t < 70; t++) {
        answer("key-" + key, t, t, t, false);
      }
    }
    for (int key = 0; key < keys; key++) {
      points += fleet.points("key-" + key, Track.POINTS_MAX).map(List::size).orElse(0);
    }

    assertThat(fleet.size()).isEqualTo(Fleet.KEYS_MAX);
    assertThat(fleet.points("key-0", 1)).isEmpty();
    assertThat(fleet.points("key-" + (keys - 1), 1)).isPresent();
    assertThat(points).isBetween((long) Fleet.KEYS_MAX * Track.FIRST_POINTS, 1_000_000L);
  }

  @Test
  void shouldForgetAKeyThatWasForgotten() {
    answer("a", 1, 1, 1, false);

    fleet.remove("a");

    assertThat(fleet.points("a", 1)).isEmpty();
    assertThat(fleet.size()).isZero();
  }

  @Test
  void shouldNameKeysThatAreNoText() {
    byte[] number = {0, 0, 1, (byte) 0xF7};

    assertThat(KeyText.bytes(KeyText.of(number))).isEqualTo(number);
    assertThat(KeyText.of(number)).startsWith("base64:");
    assertThat(KeyText.of("pump-7 ü".getBytes(StandardCharsets.UTF_8))).isEqualTo("pump-7 ü");
  }
}
