package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Collects in what an exchange differs from what was expected of it. Used for one exchange. */
final class Differences {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ANY = "*";
  private static final int SHOWN = 300;

  private final Expectation expect;
  private final List<String> found = new ArrayList<>();

  Differences(Expectation expect) {
    this.expect = expect;
  }

  List<String> found() {
    return List.copyOf(found);
  }

  private void same(String what, @Nullable Object expected, @Nullable Object actual) {
    if (!Objects.equals(expected, actual)) {
      found.add("%s: expected %s, was %s".formatted(what, expected, actual));
    }
  }

  /** What the client got. */
  void answer(Answered answered, byte @Nullable [] body) {
    HttpText answer = answered.answer();
    same("status", expect.status(), answer.status());
    expect.headers().forEach((name, value) -> header(answer, name, value));
    for (HttpText.Field field : answer.fields()) {
      if (expect.forbiddenHeaders().stream().anyMatch(rule -> matches(rule, field.name()))) {
        found.add("the header field " + field.name() + " must not reach the client");
      }
    }
    if (body != null) {
      body(answered, body);
    } else if (!answered.complete()) {
      found.add("the answer was cut");
    }
    if (!expect.json().isEmpty() || !expect.members().isEmpty()) {
      json(answer.body());
    }
    String text = new String(answer.body(), UTF_8);
    expect.forbiddenText().stream()
        .filter(text::contains)
        .forEach(forbidden -> found.add("the body must not contain " + forbidden));
  }

  private void header(HttpText answer, String name, String value) {
    String actual = answer.field(name).orElse(null);
    if (actual == null) {
      found.add("the header field " + name + " is missing");
    } else if (!value.equals(ANY)) {
      same("header field " + name, normal(value), normal(actual));
    }
  }

  /** Servers write parameters of media types with and without a space. */
  private static String normal(String value) {
    return value.replace("; ", ";").toLowerCase(Locale.ROOT);
  }

  private static boolean matches(String rule, String name) {
    return rule.endsWith(ANY)
        ? name.regionMatches(true, 0, rule, 0, rule.length() - 1)
        : name.equalsIgnoreCase(rule);
  }

  private void body(Answered answered, byte[] expected) {
    byte[] actual = answered.answer().body();
    switch (expect.ends()) {
      case WHOLE -> {
        if (!answered.complete()) {
          found.add("the answer was cut");
        }
        sameBytes(expected, actual);
      }
      case BROKEN -> {
        if (answered.complete()) {
          found.add("the answer looks complete, though the upstream broke off");
        }
        // A reset may overtake bytes that were under way.
        sameBytes(Arrays.copyOf(expected, Math.min(actual.length, expected.length)), actual);
      }
      case ERROR_EVENT -> {
        sameBytes(expected, Arrays.copyOf(actual, Math.min(actual.length, expected.length)));
        String more =
            actual.length > expected.length
                ? new String(actual, expected.length, actual.length - expected.length, UTF_8)
                : "";
        if (!more.matches("(?s)(event: error\n)?data: \\{.*\"error\".*\\}\n\n")) {
          found.add("an error event must follow what came before, but it was: " + shown(more));
        }
      }
    }
  }

  private void sameBytes(byte[] expected, byte[] actual) {
    if (!sha256(expected).equals(sha256(actual))) {
      int at = Arrays.mismatch(expected, actual);
      found.add(
          "body: expected %d bytes with SHA-256 %s, was %d bytes with %s, different from byte %d: %s"
              .formatted(
                  expected.length,
                  sha256(expected),
                  actual.length,
                  sha256(actual),
                  at,
                  shown(new String(actual, UTF_8))));
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  private void json(byte[] body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JacksonException e) {
      found.add("the body is no JSON: " + shown(new String(body, UTF_8)));
      return;
    }
    expect.json().forEach((pointer, value) -> value("body", json, pointer, value));
    expect
        .members()
        .forEach((pointer, members) -> {
          Set<String> values = new TreeSet<>();
          json.at(pointer).forEach(element -> values.add(element.path(members.key()).asString("")));
          Set<String> expected = new TreeSet<>(members.also());
          expected.retainAll(values);
          expected.addAll(members.values());
          same("body " + pointer + " " + members.key(), expected, values);
        });
  }

  private void value(String where, JsonNode json, String pointer, JsonNode expected) {
    JsonNode actual = json.at(pointer);
    if (actual.isMissingNode() || actual.isNull()) {
      found.add(where + " " + pointer + " is missing");
    } else if (!expected.asString("").equals(ANY)) {
      same(where + " " + pointer, expected, actual);
    }
  }

  /** What reached the upstream. {@code exact} is the body to the byte, null if it may differ. */
  void forwarding(List<Received> received, byte @Nullable [] exact) {
    Expectation.Forwarding upstream = expect.upstream();
    same("requests that reached the upstream", upstream.calls(), received.size());
    for (Received request : received) {
      same("upstream that was called", upstream.name(), request.upstream());
      same("path that was called", upstream.path(), request.path());
      byte[] body = request.request().body();
      if (!upstream.body().isEmpty()) {
        upstream
            .body()
            .forEach(
                (pointer, value) -> value("forwarded body", JSON.readTree(body), pointer, value));
      }
      if (exact != null && !Arrays.equals(exact, body)) {
        found.add(
            "forwarded body: expected %s, was %s"
                .formatted(shown(new String(exact, UTF_8)), shown(new String(body, UTF_8))));
      }
    }
  }

  /** What the books say; a charge may differ from the rounded one by {@code tolerance}. */
  void accounted(Accounted books, BigDecimal tolerance) {
    found.addAll(books.differences());
    if (books.charge() != null) {
      BigDecimal rounded = expect.charge().setScale(9, RoundingMode.HALF_UP);
      if (books.charge().subtract(rounded).abs().compareTo(tolerance) > 0) {
        same("charge", rounded.toPlainString(), books.charge().toPlainString());
      }
    }
    if (books.entries() != null) {
      same("ledger entries", expect.entries(), books.entries());
    }
    if (expect.entries() > 0 && books.flags() != null) {
      same("basis", expect.basis(), books.basis());
      same("flags", new TreeSet<>(expect.flags()), new TreeSet<>(books.flags()));
      if (expect.basis() != null && !expect.basis().equals("void")) {
        usage(books);
      }
    }
    if (expect.creditField() != null && expect.charge().signum() > 0) {
      if (books.creditField() != null) {
        same("credit field", expect.creditField(), books.creditField());
      }
    }
    JsonNode line = books.log();
    if (line != null) {
      expect
          .log()
          .forEach((name, value) -> same("log " + name, value, line.path(name).asString(null)));
    }
  }

  private void usage(Accounted books) {
    Map<String, Long> usage = books.usage();
    if (usage != null) {
      same("usage", new TreeMap<>(expect.usage()), new TreeMap<>(usage));
    }
    if (expect.servedModel() != null) {
      same("served model", expect.servedModel(), books.servedModel());
    }
  }
}
