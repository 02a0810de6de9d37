package xyz.trollllm.server.vectors;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What must come of a case.
 *
 * @param headers of the answer, by name in lower case; {@code *} stands for any value
 * @param forbiddenHeaders names in lower case; a {@code *} at the end stands for any ending
 * @param json values of the answer's body by JSON pointer; {@code "*"} stands for any value
 * @param members by JSON pointer of an array: the values of one member of its elements, in any
 *     order
 * @param forbiddenText what must not occur in the answer's body
 * @param basis what the charge rests on; null if no usage is read
 * @param usage tokens and fees by their short names, all of them; tokens of inferences beside the
 *     answer by their type, a dot and the short name
 * @param entries how many entries the ledger has of the request
 * @param charge in US dollars, exact, before it is rounded
 * @param log further members of the line in the request log
 */
public record Expectation(
    int status,
    Map<String, String> headers,
    List<String> forbiddenHeaders,
    Map<String, JsonNode> json,
    Map<String, Members> members,
    List<String> forbiddenText,
    Ending ends,
    Forwarding upstream,
    @Nullable String basis,
    Map<String, Long> usage,
    Set<String> flags,
    @Nullable String serviceTier,
    @Nullable String servedModel,
    int entries,
    BigDecimal charge,
    @Nullable String creditField,
    Map<String, String> log) {

  /** The short names of the kinds of tokens. */
  public static final List<String> TOKENS = List.of("in", "w5", "w1", "cr", "out");

  /** The short names of what has a fee. */
  public static final List<String> FEES = List.of("web", "fetch");

  public Expectation {
    headers = Map.copyOf(headers);
    forbiddenHeaders = List.copyOf(forbiddenHeaders);
    json = Map.copyOf(json);
    members = Map.copyOf(members);
    forbiddenText = List.copyOf(forbiddenText);
    usage = Map.copyOf(usage);
    flags = Set.copyOf(flags);
    log = Map.copyOf(log);
  }

  /**
   * Values of the member {@code key} of every element of an array.
   *
   * @param values which must occur
   * @param also which may occur besides
   */
  public record Members(String key, Set<String> values, Set<String> also) {
    public Members {
      values = Set.copyOf(values);
      also = Set.copyOf(also);
    }
  }

  /** How the answer ends for the client. */
  public enum Ending {
    /** As the upstream's does. */
    WHOLE,
    /** With an event that says what happened. */
    ERROR_EVENT,
    /** With a connection that is cut. */
    BROKEN
  }

  /**
   * What must reach the upstream.
   *
   * @param name the first segment of the path, by which endpoints of upstreams are told apart
   * @param path what follows, query included
   * @param body values by JSON pointer
   */
  public record Forwarding(int calls, String name, String path, Map<String, JsonNode> body) {
    public Forwarding {
      body = Map.copyOf(body);
    }
  }
}
