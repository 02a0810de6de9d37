package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.config.JsonValue.JsonObject;
import xyz.trollllm.config.JsonValue.JsonString;

/** The schema that editors use and the loader say the same, as far as a schema can. */
class ConfigSchemaTest {
  private static final String TEXT = text();
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(TEXT, InputFormat.JSON);

  private static String text() {
    try (InputStream in =
        Objects.requireNonNull(ConfigSchemaTest.class.getResourceAsStream("config.schema.json"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean accepts(String json) {
    return SCHEMA.validate(json, InputFormat.JSON).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void keysAreThoseOfTheLoader(ConfigSection section) {
    JsonObject definition = definition(section);

    assertThat(member(definition, "properties").members().keySet())
        .containsExactlyInAnyOrderElementsOf(section.keys());
    assertThat(definition.members().get("additionalProperties"))
        .isEqualTo(new JsonValue.JsonBoolean(false));
  }

  private static JsonObject definition(ConfigSection section) {
    JsonObject root = (JsonObject) JsonText.parse(TEXT, new Problems()).orElseThrow();
    return switch (section) {
      case INSTANCE -> root;
      case JOURNAL -> member(root, "properties", "journal");
      case RATE_LIMIT -> member(root, "properties", "rate_limit");
      case STORE_OUTAGE -> member(root, "properties", "store_outage");
      case ENDPOINT -> member(root, "$defs", "endpoint");
      case UPSTREAM -> member(root, "$defs", "upstream");
      case MODEL -> member(root, "$defs", "model");
      case LONG_CONTEXT_TIER -> member(root, "$defs", "longContextTier");
      case REQUEST_FEES -> member(root, "$defs", "model", "properties", "request_fees");
      case PRICE_FACTORS -> member(root, "$defs", "model", "properties", "price_factors");
      case FAST_PRICES -> member(root, "$defs", "tokenPrices");
      case MAX_MEDIA_TOKENS -> member(root, "$defs", "model", "properties", "max_media_tokens");
      case DRAIN_AFTER_DISCONNECT ->
          member(root, "$defs", "model", "properties", "drain_after_disconnect");
    };
  }

  private static JsonObject member(JsonObject object, String... keys) {
    JsonObject found = object;
    for (String key : keys) {
      found = (JsonObject) Objects.requireNonNull(found.members().get(key), key);
    }
    return found;
  }

  @ParameterizedTest
  @FieldSource("xyz.trollllm.config.TestConfigs#SHIPPED_FILES")
  void shippedFileIsAccepted(String file) {
    assertThat(SCHEMA.validate(TestConfigs.shippedText(file), InputFormat.JSON)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("xyz.trollllm.config.TestConfigs#SHIPPED_FILES")
  void shippedFilePointsToThisSchema(String file) throws IOException {
    JsonObject root =
        (JsonObject) JsonText.parse(TestConfigs.shippedText(file), new Problems()).orElseThrow();
    JsonString reference = (JsonString) Objects.requireNonNull(root.members().get("$schema"));

    Path schema = TestConfigs.shipped(file).resolveSibling(reference.text());

    assertThat(Files.readString(schema)).isEqualTo(TEXT);
  }

  @Test
  void fileWithEveryKeyIsAccepted() {
    assertThat(SCHEMA.validate(EveryKeyTest.EVERY_KEY, InputFormat.JSON)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("xyz.trollllm.config.RefusedValue#all")
  void whatTheLoaderRefusesIsRefusedIfASchemaCanTell(RefusedValue value) {
    assertThat(accepts(value.json())).isEqualTo(!value.schemaCanTell());
  }

  @ParameterizedTest
  @FieldSource("xyz.trollllm.config.TestConfigs#SHIPPED_FILES")
  void everySlipInAShippedFileIsRefused(String file) {
    assertThat(ShippedConfigMutationTest.slips(file))
        .allSatisfy(
            slip -> assertThat(accepts(JsonWriter.write(slip.json()))).isEqualTo(slip.isAllowed()));
  }
}
