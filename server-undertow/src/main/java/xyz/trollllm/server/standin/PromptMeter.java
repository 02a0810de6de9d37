package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;

/** Adds up the tokens of a prompt by the rules of {@link Asked}. One per request. */
final class PromptMeter {
  static final int BYTES_OF_MEDIA = 4000;

  private static final int BYTES_PER_TOKEN = 4;

  private final CRC32 checksum = new CRC32();
  private final List<Part> marked = new ArrayList<>();
  private long bytes;

  /** A part of the prompt that ends in a mark. */
  private record Part(long bytes, boolean oneHour) {}

  /** Text, or a list of blocks, or nothing. */
  void addContent(JsonNode content) {
    if (content.isString()) {
      addText(content.stringValue());
    } else {
      content.forEach(this::addBlock);
    }
  }

  void addBlock(JsonNode block) {
    String type = block.path("type").asString("");
    switch (type) {
      case "text", "input_text", "output_text" -> addText(block.path("text").asString(""));
      case "image", "image_url", "input_image", "document", "file", "input_file" -> addMedia(block);
      default -> addText(block.toString());
    }
    JsonNode mark = block.path("cache_control");
    if (mark.isObject()) {
      marked.add(new Part(bytes, mark.path("ttl").asString("").equals("1h")));
      bytes = 0;
    }
  }

  private void addMedia(JsonNode block) {
    checksum.update(block.toString().getBytes(UTF_8));
    bytes += BYTES_OF_MEDIA;
  }

  private void addText(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    checksum.update(utf8);
    bytes += utf8.length;
  }

  TokenCounts tokens() {
    long hit = 0;
    long written5m = 0;
    long written1h = 0;
    for (int i = 0; i < marked.size(); i++) {
      Part part = marked.get(i);
      long tokens = tokensOf(part.bytes);
      if (i == 0 && marked.size() > 1) {
        hit = tokens;
      } else if (part.oneHour) {
        written1h += tokens;
      } else {
        written5m += tokens;
      }
    }
    return new TokenCounts(tokensOf(bytes), written5m, written1h, hit, 0);
  }

  String fingerprint() {
    return String.format("%08x", checksum.getValue());
  }

  static long tokensOf(long bytes) {
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }
}
