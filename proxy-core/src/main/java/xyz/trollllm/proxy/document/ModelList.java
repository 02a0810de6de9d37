package xyz.trollllm.proxy.document;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.admission.ModelCatalog;

/**
 * The models of an instance in one shape for both client families: Anthropic's read {@code type},
 * {@code display_name}, {@code created_at} and the paging members, OpenAI's read {@code object},
 * {@code created} and {@code owned_by}. Immutable.
 */
public final class ModelList {
  private static final int MOST = 1000;

  /** Nobody knows when a model was made, and clients need a time that stays: LiteLLM's for all. */
  private static final Instant CREATED = Instant.ofEpochSecond(1_677_610_602);

  private final List<ModelConfig> models;
  private final ModelCatalog catalog;

  public ModelList(ModelCatalog catalog) {
    this.models = catalog.prices().models();
    this.catalog = catalog;
  }

  /** One page, or what is wrong with the query. */
  public sealed interface Page {
    /** The document. */
    record Found(ByteBuffer json) implements Page {}

    /** The query cannot be understood; the message says what to change. */
    record Invalid(String message) implements Page {}
  }

  /**
   * The models in the order of the configuration, all of them unless {@code limit}, {@code
   * after_id} or {@code before_id} ask for a part.
   */
  public Page page(Query query) {
    Optional<Integer> limit = query.limit(MOST, MOST).stream().boxed().findFirst();
    if (limit.isEmpty()) {
      return new Page.Invalid("limit: expected a whole number from 1 to " + MOST);
    }
    Optional<String> afterId = query.first("after_id");
    Optional<String> beforeId = query.first("before_id");
    if (afterId.isPresent() && beforeId.isPresent()) {
      return new Page.Invalid("after_id: expected either after_id or before_id");
    }
    int from = 0;
    int to = models.size();
    boolean more;
    if (beforeId.isPresent()) {
      to = index(beforeId.get());
      if (to < 0) {
        return new Page.Invalid("before_id: expected the id of a model of this list");
      }
      from = Math.max(0, to - limit.get());
      more = from > 0;
    } else {
      if (afterId.isPresent()) {
        from = index(afterId.get()) + 1;
        if (from == 0) {
          return new Page.Invalid("after_id: expected the id of a model of this list");
        }
      }
      to = Math.min(to, from + limit.get());
      more = to < models.size();
    }
    return new Page.Found(json(models.subList(from, to), more));
  }

  private int index(String id) {
    return catalog.model(id).map(models::indexOf).orElse(-1);
  }

  private static ByteBuffer json(List<ModelConfig> page, boolean more) {
    return Json.object(json -> {
      json.writeStringProperty("object", "list");
      json.writeArrayPropertyStart("data");
      for (ModelConfig model : page) {
        json.writeStartObject();
        row(json, model);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeBooleanProperty("has_more", more);
      Json.text(json, "first_id", page.isEmpty() ? null : page.getFirst().id());
      Json.text(json, "last_id", page.isEmpty() ? null : page.getLast().id());
    });
  }

  /** The model that clients may call {@code id}, which may be an alias or have a prefix. */
  public Optional<ByteBuffer> model(String id) {
    return catalog.model(id).map(model -> Json.object(json -> row(json, model)));
  }

  private static void row(JsonGenerator json, ModelConfig model) {
    json.writeStringProperty("id", model.id());
    json.writeStringProperty("type", "model");
    json.writeStringProperty("object", "model");
    json.writeStringProperty("display_name", model.name());
    json.writeStringProperty("created_at", CREATED.toString());
    json.writeNumberProperty("created", CREATED.getEpochSecond());
    json.writeStringProperty("owned_by", model.type());
    json.writeNumberProperty("max_input_tokens", model.maxInputTokens());
    json.writeNumberProperty("max_tokens", model.maxOutputTokens());
  }
}
