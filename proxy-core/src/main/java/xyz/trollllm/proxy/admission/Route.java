package xyz.trollllm.proxy.admission;

import java.net.URI;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;

/** Where a request goes and what it costs, settled at admission and unchanged until it is paid. */
public record Route(Api api, ModelConfig model, URI url) {}
