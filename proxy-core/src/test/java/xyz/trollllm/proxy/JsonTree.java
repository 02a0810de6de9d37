package xyz.trollllm.proxy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** A JSON document for tests to look into: numbers keep every digit. */
record JsonTree(@Nullable Object value) {
  static JsonTree of(String json) {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      parser.nextToken();
      JsonTree tree = new JsonTree(read(parser));
      if (parser.nextToken() != null) {
        throw new AssertionError("text behind the document: " + json);
      }
      return tree;
    }
  }

  private static @Nullable Object read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          if (members.containsKey(name)) {
            throw new AssertionError("twice in one object: " + name);
          }
          members.put(name, read(parser));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(read(parser));
        }
        yield elements;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getString();
    };
  }

  /** What a path of member names and indexes leads to. */
  JsonTree at(Object... path) {
    Object here = value;
    for (Object step : path) {
      if (step instanceof Integer index && here instanceof List<?> list) {
        here = list.get(index);
      } else if (here instanceof Map<?, ?> map && map.containsKey(step)) {
        here = map.get(step);
      } else {
        throw new AssertionError("no " + step + " in " + here);
      }
    }
    return new JsonTree(here);
  }

  List<JsonTree> elements(Object... path) {
    if (at(path).value instanceof List<?> list) {
      return list.stream().map(element -> new JsonTree(element)).toList();
    }
    throw new AssertionError("no array: " + at(path));
  }

  String text(Object... path) {
    if (at(path).value instanceof String text) {
      return text;
    }
    throw new AssertionError("no string: " + at(path));
  }

  /** A number, or a string that holds one. */
  BigDecimal decimal(Object... path) {
    return new BigDecimal(String.valueOf(at(path).value));
  }
}
