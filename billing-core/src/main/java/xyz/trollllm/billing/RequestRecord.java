package xyz.trollllm.billing;

import java.time.Duration;
import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one request beside its charge. Holds no key, prompt or answer.
 *
 * @param keyId {@code sha256:} and 16 hexadecimal digits, never the key
 * @param instance the instance that served it
 * @param api the client API, such as {@code anthropic}
 * @param model the configured model id
 * @param upstream where it went
 * @param servedModel the model the upstream says answered, if it said so
 * @param usage what was used, as far as it is known
 * @param flags what was unusual, in kebab case; those of {@code cost} included
 * @param cost what {@code usage} costs at the prices it was admitted at: the charge follows from it
 * @param status the HTTP status the client saw
 * @param latency from the request's arrival to its end
 */
public record RequestRecord(
    String keyId,
    String instance,
    String api,
    String model,
    String upstream,
    @Nullable String servedModel,
    boolean streamed,
    TokenUsage usage,
    Basis basis,
    SortedSet<String> flags,
    Cost cost,
    int status,
    Instant startedAt,
    Duration latency) {

  /** The same with other flags. */
  public RequestRecord with(SortedSet<String> otherFlags) {
    return new RequestRecord(
        keyId,
        instance,
        api,
        model,
        upstream,
        servedModel,
        streamed,
        usage,
        basis,
        otherFlags,
        cost,
        status,
        startedAt,
        latency);
  }
}
