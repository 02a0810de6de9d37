package xyz.trollllm.proxy.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JsonToken;
import xyz.trollllm.proxy.wire.PricedOption.Tier;

/**
 * The options of one request that a model may have a price for. What no model can have a price for
 * is refused at once, see {@link UnpricedOptions}. Used for one reading.
 */
final class OptionFields {
  private final RequestCursor cursor;
  private final List<PricedOption> found = new ArrayList<>();

  OptionFields(RequestCursor cursor) {
    this.cursor = cursor;
  }

  List<PricedOption> found() {
    return List.copyOf(found);
  }

  void add(PricedOption option) {
    found.add(option);
  }

  /** Reads the top-level member {@code key}, whose value the cursor stands on and stays on. */
  void member(String key) throws InvalidRequest {
    String path = "$." + key;
    switch (key) {
      case "speed" -> {
        if (!isNullOr("standard")) {
          requireValue(path, "fast");
          found.add(new PricedOption.FastSpeed(path));
        }
      }
      case "inference_geo" -> {
        if (!cursor.at(JsonToken.VALUE_NULL)) {
          boolean us = !isNullOr("global");
          if (us) {
            requireValue(path, "us");
          }
          found.add(new PricedOption.InferenceGeo(path, us));
        }
      }
      case "service_tier" -> serviceTier(path);
      case "compaction" -> {
        if (!cursor.at(JsonToken.VALUE_NULL)) {
          found.add(new PricedOption.Compaction(path));
        }
      }
      case "web_search_options" -> {
        if (!cursor.at(JsonToken.VALUE_NULL)) {
          found.add(new PricedOption.WebSearch(path, OptionalLong.empty()));
        }
      }
      default -> UnpricedOptions.refuse(key, cursor);
    }
  }

  private void serviceTier(String path) throws InvalidRequest {
    if (isNullOr("auto")) {
      return;
    }
    String asked = cursor.at(JsonToken.VALUE_STRING) ? cursor.string() : "";
    Tier tier =
        switch (asked) {
          case "default", "standard", "standard_only" -> Tier.STANDARD;
          case "flex" -> Tier.FLEX;
          case "priority" -> Tier.PRIORITY;
          default -> throw unknownValue(path);
        };
    found.add(new PricedOption.ServiceTier(path, tier));
  }

  private void requireValue(String path, String value) throws InvalidRequest {
    if (!isNullOr(value)) {
      throw unknownValue(path);
    }
  }

  private InvalidRequest unknownValue(String path) {
    return cursor.refused(path, "this gateway has no price for this value, leave it out");
  }

  private boolean isNullOr(String value) {
    return cursor.at(JsonToken.VALUE_NULL)
        || (cursor.at(JsonToken.VALUE_STRING) && cursor.string().equals(value));
  }
}
