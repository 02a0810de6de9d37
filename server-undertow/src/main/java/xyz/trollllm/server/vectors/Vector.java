package xyz.trollllm.server.vectors;

import java.util.List;
import java.util.Map;

/**
 * One published test vector.
 *
 * @param about what it is about, for people
 * @param nothingAt the levels at which there is nothing to observe, with the reason
 * @param cases at least one
 */
public record Vector(
    String id, String title, String about, Map<String, String> nothingAt, List<VectorCase> cases) {

  public Vector {
    nothingAt = Map.copyOf(nothingAt);
    cases = List.copyOf(cases);
  }

  @Override
  public String toString() {
    return id;
  }
}
