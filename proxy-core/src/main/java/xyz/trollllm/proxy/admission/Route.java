package xyz.trollllm.proxy.admission;

import java.net.URI;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;

/**
 * Where a request goes and what it costs, settled at admission and unchanged until it is paid.
 *
 * @param prices the book that it is charged from, whatever models its answer involves
 */
public record Route(Api api, ModelConfig model, URI url, PriceBook prices) {}
