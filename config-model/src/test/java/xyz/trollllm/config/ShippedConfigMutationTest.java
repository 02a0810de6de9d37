package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import xyz.trollllm.config.JsonValue.JsonArray;
import xyz.trollllm.config.JsonValue.JsonBoolean;
import xyz.trollllm.config.JsonValue.JsonNull;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonObject;
import xyz.trollllm.config.JsonValue.JsonString;

/** Every single slip in a shipped file is noticed: each of its values dropped, renamed, retyped. */
class ShippedConfigMutationTest {
  private static final Set<String> OPTIONAL =
      Set.of(
          "$.$schema",
          "$.instance",
          "$.service",
          "$.public_host",
          "$.journal",
          "$.journal.directory",
          "$.models[].name",
          "$.models[].id_aliases",
          "$.models[].type",
          "$.models[].upstream_model_id",
          "$.models[].request_fees",
          "$.models[].request_fees.web_search",
          "$.models[].request_fees.web_fetch",
          "$.models[].long_context_tiers");

  private static final List<JsonValue> ONE_OF_EACH_TYPE =
      List.of(
          new JsonObject(Map.of()),
          new JsonArray(List.of()),
          new JsonString("?"),
          new JsonNumber("-1"),
          new JsonBoolean(true),
          new JsonNull());

  /** A slip: what was done, what came of it, and where the loader must notice it, if at all. */
  record Slip(String what, JsonValue json, String path, boolean isAllowed) {
    @Override
    public String toString() {
      return what + " " + path;
    }
  }

  static List<Slip> slips(String file) {
    JsonValue root = JsonText.parse(TestConfigs.shippedText(file), new Problems()).orElseThrow();
    return slips(root, "$", changed -> changed).toList();
  }

  /** All slips at and below {@code value}; {@code whole} puts a changed value back in its place. */
  private static Stream<Slip> slips(JsonValue value, String path, UnaryOperator<JsonValue> whole) {
    return switch (value) {
      case JsonObject(var members) ->
          members.entrySet().stream()
              .filter(member -> !ConfigSection.isComment(member.getKey()))
              .flatMap(
                  member -> memberSlips(members, member.getKey(), member.getValue(), path, whole));
      case JsonArray(var items) -> {
        List<Stream<Slip>> slips = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
          slips.add(itemSlips(items, i, JsonPath.item(path, i), whole));
        }
        yield slips.stream().flatMap(each -> each);
      }
      case JsonString _, JsonNumber _, JsonBoolean _, JsonNull _ -> Stream.of();
    };
  }

  private static Stream<Slip> memberSlips(
      Map<String, JsonValue> members,
      String key,
      JsonValue value,
      String path,
      UnaryOperator<JsonValue> whole) {
    String memberPath = JsonPath.member(path, key);
    Map<String, JsonValue> without = new LinkedHashMap<>(members);
    without.remove(key);
    Map<String, JsonValue> renamed = new LinkedHashMap<>(without);
    renamed.put(key + "s", value);
    boolean isOptional = OPTIONAL.contains(memberPath.replaceAll("\\[[0-9]+]", "[]"));
    UnaryOperator<JsonValue> withMember =
        changed -> {
          Map<String, JsonValue> changedMembers = new LinkedHashMap<>(members);
          changedMembers.put(key, changed);
          return whole.apply(new JsonObject(changedMembers));
        };
    return Stream.of(
            Stream.of(
                new Slip("dropped", whole.apply(new JsonObject(without)), memberPath, isOptional),
                new Slip("renamed", whole.apply(new JsonObject(renamed)), memberPath + "s", false)),
            retyped(value, memberPath, withMember),
            slips(value, memberPath, withMember))
        .flatMap(each -> each);
  }

  private static Stream<Slip> itemSlips(
      List<JsonValue> items, int index, String path, UnaryOperator<JsonValue> whole) {
    UnaryOperator<JsonValue> withItem =
        changed -> {
          List<JsonValue> changedItems = new ArrayList<>(items);
          changedItems.set(index, changed);
          return whole.apply(new JsonArray(changedItems));
        };
    JsonValue item = items.get(index);
    return Stream.concat(retyped(item, path, withItem), slips(item, path, withItem));
  }

  private static Stream<Slip> retyped(
      JsonValue value, String path, UnaryOperator<JsonValue> whole) {
    return ONE_OF_EACH_TYPE.stream()
        .filter(other -> other.getClass() != value.getClass())
        .map(other -> new Slip("now " + other.described(), whole.apply(other), path, false));
  }

  @ParameterizedTest
  @FieldSource("xyz.trollllm.config.TestConfigs#SHIPPED_FILES")
  void everySlipIsNoticedWhereItWasMade(String file) {
    assertThat(slips(file)).hasSizeGreaterThan(300).allSatisfy(slip -> assertNoticed(slip));
  }

  private static void assertNoticed(Slip slip) {
    List<String> problems = TestConfigs.problems(JsonWriter.write(slip.json()));

    if (slip.isAllowed()) {
      assertThat(problems).isEmpty();
    } else {
      assertThat(problems).anyMatch(problem -> problem.startsWith(slip.path() + ":"));
    }
  }
}
