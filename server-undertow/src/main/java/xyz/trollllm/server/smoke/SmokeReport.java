package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of all requests, for people and for programs.
 *
 * @param problems of the endpoint as a whole
 * @param notes what could not be compared
 */
public record SmokeReport(URI url, List<Tried> tried, List<String> problems, List<String> notes) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<String> HEADINGS =
      List.of("model", "upstream", "credit field", "tokens", "charge USD", "balance fell by", "");

  public SmokeReport {
    tried = List.copyOf(tried);
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** Whether everything was served and charged right. */
  public boolean right() {
    return problems.isEmpty() && !tried.isEmpty() && tried.stream().allMatch(Tried::right);
  }

  private BigDecimal sum() {
    return tried.stream().map(Tried::charge).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** One aligned line a model, and a sentence. */
  public String text() {
    List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
    tried.forEach(one -> rows.add(row(one)));
    int[] widths =
        IntStream.range(0, HEADINGS.size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    Stream<String> lines =
        rows.stream()
            .map(row ->
                IntStream.range(0, row.size())
                    .mapToObj(i -> row.get(i) + " ".repeat(widths[i] - row.get(i).length()))
                    .collect(Collectors.joining("  "))
                    .stripTrailing());
    return Stream.of(
                lines,
                problems.stream().map(problem -> "problem: " + problem),
                notes.stream().map(note -> "note: " + note),
                Stream.of(sentence()))
            .flatMap(each -> each)
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  private static List<String> row(Tried one) {
    return List.of(
        one.model(),
        one.booked().map(Booked::upstream).orElse("-"),
        one.booked().map(Booked::creditField).orElse("-"),
        one.booked().map(booked -> booked.input() + " + " + booked.output()).orElse("-"),
        one.booked().map(booked -> booked.charge().toPlainString()).orElse("-"),
        one.booked().map(_ -> one.moved().toPlainString()).orElse("-"),
        one.right() ? "ok" + flags(one) : "FAILED: " + String.join("; ", one.problems()));
  }

  /** What was unusual. */
  private static String flags(Tried one) {
    return one.booked()
        .map(Booked::flags)
        .filter(flags -> !flags.isEmpty())
        .map(flags -> " (" + String.join(", ", flags) + ")")
        .orElse("");
  }

  private String sentence() {
    return "%d of %d models were served by %s and charged right%s; that cost %s USD%s."
        .formatted(
            tried.stream().filter(Tried::right).count(),
            tried.size(),
            url,
            problems.isEmpty() ? "" : ", but see above",
            sum().toPlainString(),
            unknown() == 0 ? "" : ", and what %d more cost is unknown".formatted(unknown()));
  }

  /** How many requests may have cost something that is not in the sum. */
  private long unknown() {
    return tried.stream().filter(one -> !one.costKnown()).count();
  }

  /** One object a model, one line each, and one for all. */
  public String json() {
    return Stream.concat(tried.stream().map(SmokeReport::object), Stream.of(summary()))
            .map(JSON::writeValueAsString)
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  private static ObjectNode object(Tried one) {
    ObjectNode object = JSON.createObjectNode().put("model", one.model()).put("ok", one.right());
    one.booked()
        .ifPresent(booked -> {
          object.put("upstream", booked.upstream()).put("credit_field", booked.creditField());
          object.put("input_tokens", booked.input()).put("output_tokens", booked.output());
          object.put("charge_usd", booked.charge().toPlainString());
          object.put("balance_fell_by_usd", one.moved().toPlainString());
          booked.flags().forEach(object.putArray("flags")::add);
        });
    one.problems().forEach(object.putArray("problems")::add);
    return object;
  }

  private ObjectNode summary() {
    ObjectNode object =
        JSON.createObjectNode()
            .put("url", url.toString())
            .put("ok", right())
            .put("models", tried.size())
            .put("right", tried.stream().filter(Tried::right).count())
            .put("cost_usd", sum().toPlainString())
            .put("cost_unknown", unknown());
    problems.forEach(object.putArray("problems")::add);
    notes.forEach(object.putArray("notes")::add);
    return object;
  }
}
