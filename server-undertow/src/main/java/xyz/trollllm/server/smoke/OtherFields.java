package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The credit fields that another endpoint shows: an endpoint shows only those that pay at it, so
 * what must not move is seen at the other one. Used by one thread.
 */
final class OtherFields {
  private final @Nullable GatewayClient endpoint;
  private final @Nullable Balances before;
  private final List<String> notes = new ArrayList<>();

  private OtherFields(
      @Nullable GatewayClient endpoint, @Nullable Balances before, List<String> notes) {
    this.endpoint = endpoint;
    this.before = before;
    this.notes.addAll(notes);
  }

  /** As they are now. */
  static OtherFields at(@Nullable GatewayClient endpoint) {
    if (endpoint == null) {
      return new OtherFields(null, null, List.of());
    }
    try {
      return new OtherFields(endpoint, SmokeRun.balances(endpoint), List.of());
    } catch (SmokeException e) {
      return new OtherFields(null, null, List.of(notCompared(e)));
    }
  }

  /** Which of them moved, apart from those that {@code here} are shown as well. */
  List<String> moved(Balances here) {
    List<String> moved = new ArrayList<>();
    if (endpoint == null || before == null) {
      return moved;
    }
    try {
      Map<String, BigDecimal> all = before.movedBeside("", SmokeRun.balances(endpoint));
      all.keySet().removeAll(here.fields().keySet());
      all.forEach((field, amount) ->
          moved.add("%s fell by %s USD".formatted(field, amount.toPlainString())));
    } catch (SmokeException e) {
      notes.add(notCompared(e));
    }
    return moved;
  }

  /** An endpoint in trouble is no fault of the one that is tried. */
  private static String notCompared(SmokeException e) {
    return "the other endpoint's credit field was not compared: " + e.sentence();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}
